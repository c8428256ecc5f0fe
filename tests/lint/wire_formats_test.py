#!/usr/bin/env python3
"""tests/golden/read_wire.py must refuse whatever is not what the pages say; a reader that refuses nothing would always pass.

Every line of every known answer is changed, and the changed copy must be refused; so no line stands there that nobody checks.
"""

import random
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

GOLDEN = Path(__file__).resolve().parent.parent / "golden"
sys.path.insert(0, str(GOLDEN))
sys.dont_write_bytecode = True
import read_wire  # noqa: E402

HEX = "0123456789abcdef"


def flipped(value, at):
    """One bit of one sign: of a digit its second, so that digits stay digits and X25519's ignored bits are not chosen."""
    sign = value[at]
    other = HEX[HEX.index(sign) ^ (2 if sign in "01234567" else 1)] if sign in HEX else chr(ord(sign) ^ 1)
    return value[:at] + other + value[at + 1:]


class Faults(unittest.TestCase):
    def refused(self, name, lines):
        with self.assertRaises(read_wire.Refused):
            read_wire.check(name, "\n".join(lines) + "\n")

    def lines(self):
        for name in read_wire.CHECKS:
            lines = (GOLDEN / "wire" / name).read_text().splitlines()
            for at, line in enumerate(lines):
                if ": " in line and not line.startswith("#"):
                    yield name, lines, at, *line.split(": ", 1)

    def test_a_change_of_any_line_is_refused(self):
        choose, count = random.Random(3), 0
        for name, lines, at, key, value in self.lines():
            if value == "-":
                places = []
            else:  # the last sign, and some other: the first byte of an X25519 secret has bits that count for nothing
                places = {len(value) - 1, choose.randrange(min(2, len(value) - 1), len(value))}
            for place in places:
                with self.subTest(f"{name} {key} sign {place}"):
                    self.refused(name, [*lines[:at], f"{key}: {flipped(value, place)}", *lines[at + 1:]])
                    count += 1
        self.assertGreater(count, 300)

    def test_a_byte_too_many_or_too_few_is_refused(self):
        for name, lines, at, key, value in self.lines():
            if len(value) < 8 or len(value) % 2 or value.strip(HEX):
                continue
            for other in (value[:-2], value + "00", value + "80"):
                with self.subTest(f"{name} {key}"):
                    self.refused(name, [*lines[:at], f"{key}: {other}", *lines[at + 1:]])

    def test_a_line_that_is_missing_or_nobody_reads_is_refused(self):
        for name, lines, at, key, _ in self.lines():
            if name == "padding.txt":
                continue  # a table: each line stands for itself
            with self.subTest(f"{name} {key}"):
                self.refused(name, lines[:at] + lines[at + 1:])
        for name in read_wire.CHECKS:
            with self.subTest(name):
                self.refused(name, [*(GOLDEN / "wire" / name).read_text().splitlines(), "more: 00"])

    def test_every_bit_of_an_item_and_of_a_call_counts(self):
        golden = read_wire.Golden((GOLDEN / "wire" / "epoch.txt").read_text().splitlines())
        box = read_wire.public(golden.bytes("box-agree-secret"))
        prekey, psk = golden.bytes("district-prekey-secret"), golden.bytes("psk")
        epoch = read_wire.Epoch(golden.bytes("opening"), box, prekey, psk)
        keys = read_wire.link_keys(prekey, box, psk)

        def each(data, read):
            for bit in range(8 * len(data)):
                other = bytearray(data)
                other[bit // 8] ^= 1 << bit % 8
                with self.subTest(bit=bit), self.assertRaises(read_wire.Refused):
                    read(bytes(other))

        # A counter far ahead costs a thousand keys; its bits are tried by the item's other bits as well.
        each(golden.bytes("item-1"), epoch.open)
        each(golden.bytes("call"), lambda frame: read_wire.read_call(frame, keys))
        for mark in (b"else", b"\0\0\0\0"):
            with self.assertRaises(read_wire.Refused):
                read_wire.read_answer(golden.bytes("answer"), keys, {1: mark})

    def test_the_program_says_so(self):
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "wire"
            shutil.copytree(GOLDEN / "wire", copy)
            file = copy / "news.txt"
            file.write_text(file.read_text().replace("call-waiting: 70000", "call-waiting: 70001"))
            done = subprocess.run([GOLDEN / "read_wire.py", copy], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 1, done.stdout)
            self.assertIn("news.txt: call-waiting", done.stdout)


if __name__ == "__main__":
    sys.exit(unittest.main())
