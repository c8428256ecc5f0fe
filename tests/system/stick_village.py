"""A village whose only way to its district is a stick."""

import os
import secrets
import subprocess
import tempfile
import unittest
from pathlib import Path

from world.journeys import LETTER_ANSWERS
from world.people import Officer, Resident
from world.processes import OFFICER, World

NO_PORT = 1  # refuses at once


class Village(World):
    """A box without a network. `other`: a village whose district it shares."""

    def __init__(self, folder, number=1, other=None):
        self.number = number
        self.other = other or self
        super().__init__(folder, datagrams=False)
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


class StickTest(unittest.TestCase):
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

    def come_home(self, count, where=None):
        """The stick comes back from the district: nothing waits any more, and each request is there once."""
        self.ok(self.village.usb("import"))
        self.assertEqual((self.village.waiting(), self.cases()), (0, count), where)
