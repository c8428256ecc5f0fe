#!/usr/bin/env python3
"""A stick instead of a network, with the real programs: there and back, hostile sticks, and the end of each program at
each of its steps."""

import os
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from world.journeys import LETTER_ANSWERS
from world.people import Officer, Resident, until
from world.processes import OFFICER, World

SHIM = Path(os.environ["KENTONGAN_BIN_DIR"]) / "crash_shim.so"
MOST_STEPS = 200
NO_PORT = 1  # refuses at once


class Village(World):
    """A box without a network. `other`: a village whose district it shares."""

    def __init__(self, folder, number=1, other=None):
        super().__init__(folder, datagrams=False)
        self.number = number
        self.other = other or self
        self.stick = Path(folder) / "stick"
        self.stick.mkdir(exist_ok=True)

    @property
    def district_state(self):
        return self.other.folder / "district"

    def begin(self):
        if self.other is self:
            self.prepare()
            self.start_district()
        else:
            self.logs.mkdir(exist_ok=True)
            self.enrol_box(self.number)
        self.ports["uplink"] = NO_PORT
        self.start_box()
        self.start_kiosk()
        self.resident = Resident(self.ports["kiosk"])
        self.consent = self.resident.pack()["consent_version"]
        return self

    def submit(self):
        return self.resident.submit("domisili", LETTER_ANSWERS, secrets.token_hex(16), consent=self.consent)["code"]

    def waiting(self):
        return self.resident.health()["waiting"]

    def usb(self, what, stick=None, **environment):
        return self.call("kentongan", "usb", what, "--socket", self.folder / "console.sock", stick or self.stick,
                         **environment)

    def district_import(self, stick=None, **environment):
        return self.call("kentongan-district", "usb-import", "--state", self.district_state, "--pack", self.pack,
                         stick or self.stick, **environment)

    def call(self, program, *words, **environment):
        return subprocess.run([str(self.bin / program), *map(str, words)], capture_output=True, text=True, check=False,
                              env={**os.environ, **environment}, timeout=60)

    def file(self, name):
        return self.stick / "KENTONGA" / name

    def names(self):
        return sorted(path.name for path in (self.stick / "KENTONGA").iterdir())


class Stick(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="kentongan-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.village = Village(folder.name)
        self.addCleanup(self.village.stop)
        self.village.begin()

    def neighbour(self):
        folder = self.folder / "neighbour"
        folder.mkdir()
        other = Village(folder, 2, self.village)
        self.addCleanup(other.stop)
        return other.begin()

    def ok(self, done):
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def refused(self, done, words):
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn(words, done.stderr)
        return done.stdout

    def officer(self):
        return Officer(self.village.ports["desk"], *OFFICER)

    def cases(self):
        return self.officer().cases(open=0)["total"]

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

    # --- the end of a program at each of its steps ---------------------------------------------------------

    def killed(self, call, check):
        """Calls with the shim at step 1, 2, … until the program survives; `check` after each."""
        if not SHIM.exists():
            self.skipTest("no crash shim in this build")
        armed = self.folder / "armed"
        for step in range(1, MOST_STEPS):
            armed.touch()
            done = call({"LD_PRELOAD": str(SHIM), "KENTONGAN_CRASH_AT": str(step), "KENTONGAN_CRASH_ARM": str(armed)})
            died = not armed.exists()
            armed.unlink(missing_ok=True)
            if died:
                self.assertEqual(done.returncode, -signal.SIGKILL)
            check(step, died)
            if not died:
                self.ok(done)
                return step - 1
        self.fail("it never survived")

    def test_export_killed_at_each_step(self):
        v = self.village
        v.submit()
        self.ok(v.usb("export"))
        seen = set()
        codes = 1

        def check(step, died):
            nonlocal codes
            # Whatever is there is whole: the old export or the new one.
            said = self.ok(v.district_import())
            self.assertIn("1 of 1 files", said)
            seen.add(said.split(",")[1])
            self.assertEqual(v.waiting(), codes)
            v.submit()
            codes += 1

        steps = self.killed(lambda shim: v.usb("export", **shim), check)
        self.assertGreater(steps, 10)
        self.assertGreater(len(seen), 3)
        self.ok(v.usb("export"))
        self.ok(v.district_import())
        self.ok(v.usb("import"))
        self.assertEqual((v.waiting(), self.cases()), (0, codes))
        print(f"export: killed at each of {steps} steps")

    def test_district_import_killed_at_each_step(self):
        v = self.village
        count = 0

        def call(shim):
            nonlocal count
            v.submit()
            count += 1
            self.ok(v.usb("export"))
            return v.district_import(**shim)

        def check(step, died):
            # The box hears only what is committed: if it retires its item, the case is there.
            before = v.waiting()
            self.ok(v.usb("import"))
            retired = before - v.waiting()
            self.assertGreaterEqual(self.cases(), count - v.waiting())
            self.assertIn(retired, (0, before))
            self.ok(v.district_import())
            self.ok(v.usb("import"))
            self.assertEqual((v.waiting(), self.cases()), (0, count), f"step {step}")

        steps = self.killed(call, check)
        self.assertGreater(steps, 15)
        print(f"district's import: killed at each of {steps} steps")

    def test_import_killed_at_each_step(self):
        v = self.village
        count = 0

        def call(shim):
            nonlocal count
            v.submit()
            count += 1
            self.ok(v.usb("export"))
            self.ok(v.district_import())
            return v.usb("import", **shim)

        def check(step, died):
            self.ok(v.usb("import"))
            self.assertEqual((v.waiting(), self.cases()), (0, count), f"step {step}")

        print(f"import: killed at each of {self.killed(call, check)} steps")

    def test_box_killed_at_each_step_of_an_export_and_an_import(self):
        if not SHIM.exists():
            self.skipTest("no crash shim in this build")
        v = self.village
        armed = self.folder / "armed"
        for what in ("export", "import"):
            killed = 0
            for step in range(1, MOST_STEPS):
                v.kill("kentongan-box")
                v.start_box()
                until(lambda: v.resident.health()["box"], "the box")
                v.submit()
                if what == "import":
                    self.ok(v.usb("export"))
                    self.ok(v.district_import())
                v.kill("kentongan-box")
                v.extra_environment["kentongan-box"] = {
                    "LD_PRELOAD": str(SHIM), "KENTONGAN_CRASH_AT": str(step), "KENTONGAN_CRASH_ARM": str(armed)}
                v.start_box()
                armed.touch()
                done = v.usb(what)
                died = not armed.exists()
                armed.unlink(missing_ok=True)
                v.extra_environment.clear()
                if died:
                    killed += 1
                    until(lambda: not v.alive("kentongan-box"), "the end of the box")
                    self.assertEqual(done.returncode, 1, done.stdout)
                    v.start_box()
                until(lambda: v.resident.health()["box"], "the box")
                self.ok(v.usb("export"))
                self.ok(v.district_import())
                self.ok(v.usb("import"))
                self.assertEqual((v.waiting(), self.cases()), (0, self.submitted(v)))
                if not died:
                    break
            else:
                self.fail("the box never survived")
            self.assertGreater(killed, 3)
            print(f"box: killed at each of {killed} steps of an {what}")

    def submitted(self, village):
        """Each submission is one case of the box's own."""
        with sqlite3.connect(f"file:{village.box_state}/box.db?mode=ro", uri=True) as database:
            return database.execute('SELECT count(*) FROM "case"').fetchone()[0]


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
