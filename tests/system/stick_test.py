#!/usr/bin/env python3
"""A stick instead of a network, with the real programs: there and back, and hostile sticks."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import unittest

from stick_village import StickTest
from world.people import until


class Stick(StickTest):
    # --- there and back ------------------------------------------------------------------------------------

    def test_there_and_back(self):
        v = self.village
        codes = [v.submit() for _ in range(3)]
        self.assertIn("nothing on this stick for box 1", self.ok(v.usb("import")))
        self.assertEqual(self.ok(v.usb("export")), "box 1, export 1: 3 requests in 1 files; 0 left for the next\n")
        self.assertEqual(v.names(), ["B0001.KTM", "B0001A01.KTN"])
        self.assertEqual(v.waiting(), 3, "an export retires nothing")
        self.assertEqual(self.ok(v.district_import()), "box 1, export 1: 1 of 1 files, 3 new requests\n")
        officer = self.officer()
        for code in codes:
            self.assertEqual(officer.find(code)["state"], "diterima")
        officer.move(officer.find(codes[0]), "diperiksa")
        # The same stick again, as if the first answer had been lost: nothing new, and the news comes with it.
        self.assertIn(", 0 new requests", self.ok(v.district_import()))
        self.assertIn("3 requests are at the district, 1 statuses", self.ok(v.usb("import")))
        self.assertEqual(v.waiting(), 0)
        self.assertEqual(v.resident.status(codes[0])["state"], "diperiksa")
        self.assertIn("0 requests are at the district, 0 statuses", self.ok(v.usb("import")))
        self.assertEqual(self.cases(), 3)
        # The second trip: other slots, nothing of the first is left behind.
        v.submit()
        self.assertIn("box 1, export 2: 1 requests", self.ok(v.usb("export")))
        self.assertIn("the newest export was 2", self.ok(v.usb("import")))
        self.assertIn("1 new requests", self.ok(v.district_import()))
        self.assertEqual([name for name in v.names() if name.startswith("B")], ["B0001.KTM", "B0001B01.KTN"])
        self.assertIn("answer to export 2: 1 requests", self.ok(v.usb("import")))
        self.assertEqual((v.waiting(), self.cases()), (0, 4))

    def test_two_boxes_on_one_stick_and_a_keyring_that_comes_down(self):
        v, other = self.village, self.neighbour()
        v.submit(), other.submit(), other.submit()
        self.ok(v.usb("export"))
        self.ok(other.usb("export", v.stick))
        v._run("kentongan-district", "rotate-keys", "--state", v.district_state)
        said = self.ok(v.district_import())
        self.assertIn("box 1, export 1: 1 of 1 files, 1 new requests\nbox 2, export 1: 1 of 1 files, 2 new requests\n", said)
        self.ok(v.usb("import"))
        self.ok(other.usb("import", v.stick))
        self.assertEqual((v.waiting(), other.waiting(), self.cases()), (0, 0, 3))
        # What is sealed from now on goes to the new prekey, and so does the manifest's key.
        v.submit()
        self.ok(v.usb("export"))
        self.assertEqual(v.file("B0001.KTM").read_bytes()[4], 2)
        self.assertIn("1 new requests", self.ok(v.district_import()))

    def test_a_stick_beside_a_running_service(self):
        """The service has an epoch in its memory and hears nothing of what a stick brings of it."""
        v = self.village
        uplink = int((v.folder / "district.ports").read_text().split()[0])
        v.kill("kentongan-box")
        v.ports["uplink"] = uplink
        v.start_box()
        v.submit()
        until(lambda: v.waiting() == 0, "the first by the link")
        until(self.service_held, "the service between two writes")
        codes = [v.submit() for _ in range(3)]
        self.assertEqual(v.waiting(), 3)
        self.ok(v.usb("export"))
        self.assertIn("3 new requests", self.ok(v.district_import()))
        self.assertIn("3 requests are at the district", self.ok(v.usb("import")))
        v.processes["kentongan-district"].send_signal(signal.SIGCONT)
        codes.append(v.submit())
        until(lambda: v.waiting() == 0, "the last by the link")
        self.assertEqual(self.cases(), 5)
        for code in codes:
            self.assertEqual(v.resident.status(code)["state"], "diterima")
        with sqlite3.connect(f"file:{v.district_state}/district.db?mode=ro", uri=True) as database:
            self.assertEqual(database.execute("SELECT items FROM epoch").fetchall(), [(5,)], "none is thought missing")

    def service_held(self):
        """Stops the service where it holds no lock, so that a stick's import need not wait for it."""
        service = self.village.processes["kentongan-district"]
        service.send_signal(signal.SIGSTOP)
        database = sqlite3.connect(self.village.district_state / "district.db", timeout=0, isolation_level=None)
        try:
            database.execute("BEGIN IMMEDIATE")
            database.execute("ROLLBACK")
            return True
        except sqlite3.OperationalError:
            service.send_signal(signal.SIGCONT)
            return False
        finally:
            database.close()

    # --- sticks that are not right -------------------------------------------------------------------------

    def test_hostile_sticks(self):
        v, other = self.village, self.neighbour()
        v.submit(), other.submit()
        self.ok(v.usb("export"))
        self.ok(other.usb("export", v.stick))
        pristine = self.folder / "pristine"
        shutil.copytree(v.stick, pristine)

        def fresh():
            shutil.rmtree(v.stick)
            shutil.copytree(pristine, v.stick)

        def flip(name, at):
            content = bytearray(v.file(name).read_bytes())
            content[at] ^= 1
            v.file(name).write_bytes(bytes(content))

        # A bit here and there, a cut: each costs the start of a program, so unit.wire tries every one.
        v.file("B0002.KTM").unlink()
        for at in range(0, len(v.file("B0001.KTM").read_bytes()), 10):
            flip("B0001.KTM", at)
            self.refused(v.district_import(), "box 1: its manifest")
            flip("B0001.KTM", at)
        for cut in (0, 1, 15, 40):
            v.file("B0001.KTM").write_bytes(pristine.joinpath("KENTONGA/B0001.KTM").read_bytes()[:cut])
            self.refused(v.district_import(), "box 1: its manifest")
        self.assertEqual(self.cases(), 0)

        fresh()  # a file altered, cut, longer, missing: the other box's is taken all the same
        whole = v.file("B0001A01.KTN").read_bytes()
        for content in (whole[:-1], whole + b"\0", whole[:9] + bytes([whole[9] ^ 4]) + whole[10:], b"", None):
            fresh()
            if content is None:
                v.file("B0001A01.KTN").unlink()
            else:
                v.file("B0001A01.KTN").write_bytes(content)
            said = self.refused(v.district_import(), "box 1: a file is damaged or missing")
            self.assertIn("box 1, export 1: 0 of 1 files", said)
            self.assertIn("box 2, export 1: 1 of 1 files", said)
            self.assertNotIn("D0001.KTM", v.names())
        self.assertEqual(self.cases(), 1)

        fresh()  # files and manifests of the two boxes exchanged
        shutil.copy(v.file("B0002A01.KTN"), v.file("B0001A01.KTN"))
        self.refused(v.district_import(), "box 1: a file is damaged or missing")
        shutil.copy(v.file("B0002.KTM"), v.file("B0001.KTM"))
        self.refused(v.district_import(), "its manifest is another box's")
        self.assertEqual(self.cases(), 1)

        fresh()  # links, folders and pipes where files belong; none is followed, none is waited for
        secret = self.folder / "secret"
        secret.write_bytes(whole)
        v.file("B0001A01.KTN").unlink()
        v.file("B0001A01.KTN").symlink_to(secret)
        self.refused(v.district_import(), "box 1: a file is damaged or missing")
        v.file("B0001A01.KTN").unlink()
        os.mkfifo(v.file("B0001A01.KTN"))
        self.refused(v.district_import(), "box 1: a file is damaged or missing")
        for name in ("D0002A01.TMP", "B0003.KTM"):
            v.file(name).mkdir()
        self.refused(v.district_import(), "box 3: its manifest cannot be read")

        fresh()  # where the answer is to be written, a link to elsewhere: replaced, not followed
        v.file("D0001A01.KTN").symlink_to(secret)
        v.file("D0001A01.TMP").symlink_to(secret)
        self.ok(v.district_import())
        self.assertEqual(secret.read_bytes(), whole)
        self.assertFalse(v.file("D0001A01.KTN").is_symlink())
        self.assertEqual(self.cases(), 2)

        fresh()  # the folder itself is a link
        shutil.move(v.stick / "KENTONGA", self.folder / "elsewhere")
        (v.stick / "KENTONGA").symlink_to(self.folder / "elsewhere")
        self.refused(v.district_import(), "something else where our files belong")
        self.refused(v.usb("export"), "something else where our files belong")
        (v.stick / "KENTONGA").unlink()

        fresh()  # huge, and many
        with open(v.file("B0001A01.KTN"), "r+b") as file:
            file.truncate(1 << 40)
        with open(v.file("B0002.KTM"), "r+b") as file:
            file.truncate(1 << 40)
        for number in range(10000):
            v.file(f"F{number:07}.JPG").touch()
        said = self.refused(v.district_import(), "box 1: a file is damaged or missing")
        self.assertEqual(len([n for n in v.names() if n.startswith("F")]), 10000, "unknown files are left alone")

        # At the box: what the district did not make, or made for another box or another slot.
        fresh()
        self.ok(v.district_import())
        for name in ("D0001.KTM", "D0001A01.KTN"):
            content = v.file(name).read_bytes()
            for at in range(0, len(content), 7):
                flip(name, at)
                self.assertEqual(v.usb("import").returncode, 1, (name, at))
                flip(name, at)
        shutil.copy(v.file("D0002.KTM"), v.file("D0001.KTM"))
        self.refused(v.usb("import"), "does not believe")
        shutil.copy(v.file("B0001.KTM"), v.file("D0001.KTM"))
        self.refused(v.usb("import"), "does not believe")
        self.assertEqual((v.waiting(), other.waiting()), (1, 1), "nothing of it was believed")

    def test_an_old_export_and_an_old_answer_change_nothing(self):
        v = self.village
        old = self.folder / "old"
        code = v.submit()
        self.ok(v.usb("export"))
        self.ok(v.district_import())
        shutil.copytree(v.stick, old)
        self.ok(v.usb("import"))
        officer = self.officer()
        officer.move(officer.find(code), "diperiksa")
        v.submit()
        self.ok(v.usb("export"))
        self.ok(v.district_import())
        self.ok(v.usb("import"))
        self.assertEqual((v.waiting(), v.resident.status(code)["state"]), (0, "diperiksa"))
        v.submit()
        self.assertIn("0 new requests", self.ok(v.district_import(old)))
        said = self.ok(v.usb("import", old))
        self.assertIn("0 requests are at the district", said)
        self.assertIn("the newest export was 2", said)
        self.assertEqual((v.waiting(), v.resident.status(code)["state"]), (1, "diperiksa"))
        self.assertEqual(self.cases(), 2)

    def test_read_only_missing_and_full(self):
        v = self.village
        v.submit()
        self.refused(v.usb("export", self.folder / "nowhere"), "pulled out")
        self.refused(v.usb("import", self.folder / "nowhere"), "pulled out")
        self.refused(v.district_import(self.folder / "nowhere"), "no stick here")
        self.ok(v.usb("export"))
        if os.geteuid() != 0 or shutil.which("mount") is None:
            self.skipTest("only root can mount a stick of its own")
        disk = self.folder / "disk"
        disk.mkdir()

        def mount(options):
            return subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", disk], capture_output=True,
                                  check=False).returncode == 0

        if not mount("size=192k"):
            self.skipTest("this machine lets nobody mount")
        try:
            (disk / "HOLIDAY.JPG").write_bytes(bytes(100_000))
            self.refused(v.usb("export", disk), "the stick is full")
            self.assertEqual(os.listdir(disk / "KENTONGA"), [], "nothing half-written stays")
            (disk / "HOLIDAY.JPG").unlink()
            shutil.rmtree(disk / "KENTONGA")
            shutil.copytree(v.stick / "KENTONGA", disk / "KENTONGA")
            subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
            self.refused(v.district_import(disk), "the answer is not on the stick")
            self.assertEqual(self.cases(), 1, "what it brought is kept")
            self.refused(v.usb("export", disk), "read-only")
        finally:
            subprocess.run(["umount", disk], check=True)

    def test_the_consoles_socket_is_the_consoles_alone(self):
        v = self.village
        self.assertEqual((v.folder / "console.sock").stat().st_mode & 0o777, 0o660)
        ask_health = bytes.fromhex("00000009" "03" "0000000000000001")
        export = bytes.fromhex("0000000a" "10" "0000000000000001" "00")
        for name, message in (("console.sock", ask_health), ("kiosk.sock", export), ("modem.sock", export)):
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(20)
                connection.connect(str(v.folder / name))
                connection.sendall(message)
                self.assertEqual(connection.recv(100), b"", f"{name}: the connection ends")
        self.assertIn("box 1, export 1:", self.ok(v.usb("export")), "no number was spent on these")


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
