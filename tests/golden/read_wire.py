#!/usr/bin/env python3
"""Reads the known answers of tests/golden/wire by docs/formats/{item,frame,answer,keyring,bulletin,record}.md alone, with
Python's standard library: the formats are what the pages say, not what the programs happen to do.

  read_wire.py [FOLDER]      exits 1 and names each file and line that is not what the pages make of it

The pages' readers are in reader/. zstd is the one thing taken from a library; without it those lines are skipped, and it says
so. Every line of every file must be used: what nobody checks is a fault as well.
"""

import struct
import sys
from pathlib import Path

from reader.answer import link_keys, read_answer, read_call, read_piece
from reader.bulletin import read_bulletin, read_keyring
from reader.frame import frames_of, items_of, varint
from reader.item import Epoch, bucket, code, noise_read, receipt
from reader.numbers import Bytes
from reader.primitives import Refused, aead_open, digest, need, public
from reader.record import Text, read_record

ROOT = Path(__file__).resolve().parent.parent.parent
GOLDEN = Path(__file__).resolve().parent / "wire"
skipped = set()


class Golden:
    def __init__(self, lines):
        self.values, self.used, self.faults = {}, set(), []
        for line in lines:
            if line and not line.startswith("#"):
                name, colon, value = line.partition(": ")
                need(colon and name not in self.values, f"a line that is none: {line[:40]}")
                self.values[name] = value

    def text(self, name):
        need(name in self.values, f"{name} is missing")
        self.used.add(name)
        return self.values[name]

    def bytes(self, name):
        text = self.text(name)
        try:
            return b"" if text == "-" else bytes.fromhex(text)
        except ValueError as error:
            raise Refused(f"{name}: not hexadecimal") from error

    def number(self, name):
        text = self.text(name)
        need(text.isdecimal(), f"{name}: no number")
        return int(text)

    def says(self, name, actual):
        shown = (actual.hex() or "-") if isinstance(actual, bytes) else str(actual)
        if self.text(name) != shown:
            self.faults.append(f"{name}: the page makes {shown[:80]}")

    def settle(self):
        self.faults += [f"{name}: nobody checks it" for name in self.values if name not in self.used]
        need(not self.faults, "; ".join(self.faults))


def check_noise(lines):
    blocks = "\n".join(lines).split("\n\n")
    vectors = [Golden(block.split("\n")) for block in blocks]
    vectors = [one for one in vectors if one.values]
    need([one.text("name") for one in vectors] == ["Noise_K_25519_ChaChaPoly_SHA256", "Noise_Kpsk0_25519_ChaChaPoly_SHA256"], "other vectors")
    for one in vectors:
        secret = one.bytes("responder_static_private")
        one.says("responder_static_public", public(secret))
        message = one.bytes("handshake_message_0")
        need(message[:32] == public(one.bytes("initiator_ephemeral_private")), "another ephemeral key")
        need(("psk0" in one.text("name")) == bool(one.bytes("psk")), "another pattern")
        payload, first, _ = noise_read(one.bytes("prologue"), public(one.bytes("initiator_static_private")), secret, one.bytes("psk"), message)
        one.says("payload_0", payload)
        one.says("payload_1", aead_open(first, 0, b"", one.bytes("transport_message_1")))
        one.settle()


def check_epoch(lines):
    golden = Golden(lines)
    box, prekey, psk = (golden.bytes(name) for name in ("box-agree-secret", "district-prekey-secret", "psk"))
    opening = golden.bytes("opening")
    epoch = Epoch(opening, public(box), prekey, psk)
    need((epoch.header.box, epoch.header.epoch, epoch.header.key_id, epoch.closed, epoch.closed_items) == (7, 1, 1, 0, 0), "another place")
    need(opening[6:38] == public(golden.bytes("ephemeral-secret")), "another ephemeral key")
    golden.says("opening-payload", epoch.payload)
    golden.says("opening-code", code(epoch.seed))
    golden.says("opening-receipt", receipt(epoch.seed))
    for counter in (2, 1):  # in any order
        _, record, _, seed = epoch.open(golden.bytes(f"item-{counter}"))
        golden.says(f"item-{counter}-record", record)
        golden.says(f"item-{counter}-code", code(seed))
        golden.says(f"item-{counter}-code-attempt-1", code(seed, 1))
        golden.says(f"item-{counter}-receipt", receipt(seed))
    need(items_of(golden.bytes("batch")) == [golden.bytes("item-1"), golden.bytes("item-2")], "the batch has other items")
    need(frames_of(golden.bytes("parcel")) == [opening, golden.bytes("batch")], "the parcel has other frames")
    keys, marks = link_keys(prekey, public(box), psk), {1: epoch.mark}
    call = read_call(golden.bytes("call"), keys)
    need(call == {"box": 7, "prekey": 1, "echo": 0x01020304, "last-update": 3, "waiting": 2, "newest": (1, 3), "keyring": 1, "held": 0,
                  "wants": [], "sparing": False, "used": None, "holdings": []}, f"another call: {call}")
    short = read_answer(golden.bytes("acknowledgement"), keys, marks)
    need(short == {"box": 7, "prekey": 1, "flags": [], "echo": 0, "acks": [(1, 2, 0)]}, f"another acknowledgement: {short}")
    answer = read_answer(golden.bytes("answer"), keys, marks)
    need(answer == {"box": 7, "prekey": 1, "flags": ["echo", "news", "maps"], "echo": 0x01020304, "acks": [(1, 2, 5)], "time": 1795489200,
                    "newest-epoch": 1, "keyring": 1, "pieces": [], "first-sequence": 4,
                    "updates": [{"sequence": 4, "item": struct.pack(">III", 7, 1, 2) + epoch.mark, "state": 2, "at": 1795489200,
                                 "reply": b"", "notice": b""}]}, f"another answer: {answer}")
    golden.settle()


def check_inspectorate(lines):
    golden = Golden(lines)
    opening = golden.bytes("opening")
    epoch = Epoch(opening, public(golden.bytes("box-agree-secret")), golden.bytes("inspectorate-prekey-secret"), golden.bytes("psk"))
    need(epoch.header.inspectorate and not epoch.record, "not a bare opening to the inspectorate")
    need(opening[6:38] == public(golden.bytes("ephemeral-secret")), "another ephemeral key")
    for name, value in {"psk-of-the-inspectorate": epoch.psk, "box": epoch.header.box, "epoch": epoch.header.epoch,
                        "prekey": epoch.header.key_id, "closed-epoch": epoch.closed, "closed-items": epoch.closed_items,
                        "prologue": epoch.prologue, "opening-payload": epoch.payload, "split-first": epoch.first,
                        "split-second": epoch.second, "mark": epoch.mark, "opening-name": epoch.header.name(epoch.mark)}.items():
        golden.says(name, value)
    for counter in (128, 1, 127, 2):
        name = f"item-{counter}"
        header, record, key, seed = epoch.open(golden.bytes(name))
        need(header.counter == counter, "another counter")
        for what, value in {"-record": record, "-key": key, "-seed": seed, "-name": header.name(epoch.mark), "-code": code(seed),
                            "-receipt": receipt(seed)}.items():
            golden.says(name + what, value)
    golden.settle()


def check_news(lines):
    golden = Golden(lines)
    keys = link_keys(golden.bytes("box-agree-secret"), public(golden.bytes("district-prekey-secret")), golden.bytes("psk"))
    for name, key in keys.items():
        golden.says(name.replace(" ", "-") + "-key", key)
    call = read_call(golden.bytes("call"), keys)
    first = dict(call)
    sorted_holdings = sorted(call["holdings"])
    written = varint(len(sorted_holdings)) + b"".join(varint(len(name)) + name.encode() + varint(version) for name, version in sorted_holdings)
    need(call["held"] == int.from_bytes(digest(b"kentongan holdings 1", written)[:4], "big"), "held is not of these holdings")
    call["newest"] = "{} {}".format(*call["newest"])
    call["wants"] = ", ".join(f"{mark}:" + "".join(f" {start}+{size}" for start, size in gaps) for mark, gaps in call["wants"])
    call["holdings"] = ", ".join(f"{name} {version}" for name, version in call["holdings"])
    need((call.pop("sparing"), call.pop("used")) == (False, None), "parts that it has not")
    for name, value in call.items():
        golden.says("call-" + name, value)
    day = read_call(golden.bytes("day-call"), keys)
    golden.says("day-call-day", day["used"][0])
    golden.says("day-call-used", ", ".join(f"{carrier}: " + " ".join(map(str, use)) for carrier, use in day["used"][1].items()))
    golden.says("day-call-sparing", "yes" if day["sparing"] else "no")
    need(all(day[name] == first[name] for name in first if name not in ("holdings", "sparing", "used")) and not day["holdings"],
         "another call")
    answer = read_answer(golden.bytes("answer"), keys, {epoch: golden.bytes(f"mark-{epoch}") for epoch in (512, 513)})
    need((answer["box"], answer["prekey"]) == (40000, 255), "for another box")
    golden.says("answer-acks", ", ".join(f"{epoch} below {following} map {beyond}" for epoch, following, beyond in answer["acks"]))
    golden.says("answer-flags", " ".join(answer["flags"]))
    for name in ("echo", "time", "newest-epoch", "keyring", "first-sequence"):
        golden.says("answer-" + name, answer[name])
    for update in answer["updates"]:
        for name in ("item", "state", "at", "reply", "notice"):
            golden.says(f"update-{update['sequence']}-{name}", update[name])
    golden.says("answer-pieces", ", ".join(f"{mark} of {total} from {offset}: {block.hex()}" for mark, total, offset, block in answer["pieces"]))
    brief = read_answer(golden.bytes("brief"), keys, {513: golden.bytes("mark-513")})
    golden.says("brief-flags", " ".join(brief["flags"]))
    golden.says("brief-time", brief["time"])
    for update in brief["updates"]:
        need(not update["notice"], "a sealed notice")
        for name in ("item", "state", "at", "reply", "reply-follows", "to-tell"):
            golden.says(f"brief-{update['sequence']}-{name}", update[name])
    golden.settle()


def check_keyring(lines):
    golden = Golden(lines)
    keyring = read_keyring(golden.bytes("keyring"), golden.bytes("root"))
    for name in ("version", "current", "downlink", "minimum-software"):
        golden.says(name, keyring[name])
    for number, (district, inspectorate) in keyring["prekeys"].items():
        golden.says(f"prekey-{number}-district", district)
        golden.says(f"prekey-{number}-inspectorate", inspectorate)
    golden.says("withdrawn", " ".join(map(str, keyring["withdrawn"])))
    golden.settle()


def check_bulletin(lines):
    golden = Golden(lines)
    root, downlink = golden.bytes("root"), golden.bytes("downlink")
    for name in ("whole", "keyring", "compressed", "delta"):
        says, result = read_bulletin(golden.bytes(name), root, downlink, golden.bytes(name + "-base"))
        golden.says(name + "-says", says)
        if result is None:
            golden.bytes(name + "-result")
            skipped.add(f"bulletin.txt {name}: content")
        else:
            golden.says(name + "-result", result)
    need(read_keyring(golden.bytes("keyring-result"), root)["downlink"] == downlink, "another downlink key")
    whole = golden.bytes("whole")
    need(golden.bytes("delta-base") == golden.bytes("compressed-result"), "the delta is of something else")
    read = Bytes(golden.bytes("piece"))
    mark, total, offset, block = read_piece(read)
    read.end()
    need(mark == int.from_bytes(digest(b"kentongan bulletin mark 1", whole)[:4], "big") and total == len(whole)
         and whole[offset:offset + len(block)] == block, "a piece of something else")
    golden.says("piece-says", f"whole from {offset}")
    golden.settle()


def check_padding(lines):
    golden = Golden(lines)
    for name in golden.values:
        riding, _, size = name.partition("-")
        need(riding in ("item", "opening") and size.isdecimal(), f"{name}: no size")
        golden.says(name, bucket(int(size), riding == "opening"))
    golden.settle()


def check_record(lines):
    golden = Golden(lines)

    def fields(name):
        return {int(number): kind for number, _, kind in (one.partition(" ") for one in golden.text(name).split(", "))}

    catalogue = {"languages": golden.text("languages").split(), "consent": golden.text("consent"), "country-code": golden.text("country-code"),
                 "identity-length": golden.number("identity-length"), "applicant": fields("applicant"),
                 "services": {number: fields(f"service-{number}") for number in (1, 300)},
                 "dictionaries": {1: (ROOT / golden.text("dictionary-1")).read_bytes()}}
    forms = set()
    for name in ("letter", "bare", "wide", "irregular", "seven", "raw", "story"):
        form, record = read_record(golden.bytes(name), catalogue)
        forms.add(form)
        need(set(f"{name}-{what}" for what in record) == set(one for one in golden.values if one.startswith(name + "-")), f"{name} has other parts")
        for what, value in record.items():
            if value is None or value is Text:
                golden.text(f"{name}-{what}")
                skipped.add(f"record.txt {name}: texts")
            else:
                golden.says(f"{name}-{what}", value)
    need(forms == {"none", "raw", "seven bits", "folded", "zstd"}, f"only the forms {forms}")
    golden.settle()


CHECKS = {"noise.txt": check_noise, "epoch.txt": check_epoch, "inspectorate.txt": check_inspectorate, "news.txt": check_news,
          "keyring.txt": check_keyring, "bulletin.txt": check_bulletin, "padding.txt": check_padding, "record.txt": check_record}


def check(name, text):
    """Raises Refused unless `text` is what the pages make of itself."""
    try:
        CHECKS[name](text.splitlines())
    except (ValueError, OSError, KeyError, IndexError) as error:  # text that is none, a file that is not there
        raise Refused(f"{type(error).__name__}: {error}") from error


def main(folder):
    bad = [f"{name}: nobody reads it" for name in sorted(path.name for path in folder.iterdir()) if name not in CHECKS]
    for name in CHECKS:
        try:
            check(name, (folder / name).read_text())
        except (Refused, OSError) as error:
            bad.append(f"{name}: {error}")
    for line in sorted(skipped):
        print(f"skipped, no libzstd: {line}")
    print("\n".join(bad) if bad else f"{len(CHECKS)} files are what the pages say")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else GOLDEN))
