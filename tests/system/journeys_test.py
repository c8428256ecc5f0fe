#!/usr/bin/env python3
"""Every journey through one running world, and then what that world left on its disks."""

import io
import sys
import tempfile
import unittest
from pathlib import Path

from world.journeys import Journal, play
from world.people import Phone, Resident, until
from world.processes import World

# What the journeys told the box about persons and matters; none of it may be readable on the box.
PLANTED = ("Siti Contoh", "3509275203850000", "80000000021", "80000000012", "80000000013", "80000000015",
           "jembatan bambu", "anak sekolah", "sumur di gumuk", "contoh cerita singkat", "Silakan ambil")


class Journeys(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="kentongan-")
        cls.world = World(cls.folder.name)
        cls.addClassCleanup(cls.folder.cleanup)
        cls.addClassCleanup(cls.world.stop)
        cls.world.start()

    def test_1_every_journey_ends_well(self):
        out = io.StringIO()
        journal = play(self.world, Journal(out))
        self.assertEqual(journal.failed, 0, out.getvalue())
        self.assertGreater(journal.passed, 30)

    def test_2_nothing_readable_is_left_on_the_box(self):
        resident = Resident(self.world.ports["kiosk"])
        until(lambda: resident.health()["waiting"] == 0, "an empty queue")
        files = [path for path in self.world.box_state.iterdir()] + list(self.world.logs.iterdir())
        names = {path.name for path in files}
        self.assertLessEqual({"box.db", "box.db-wal", "kentongan-box.log", "kentongan-kiosk.log", "kentongan-modem.log"}, names)
        self.assertEqual(self.readable(files), [])

    def test_3_the_districts_database_and_logs_hold_no_content_either(self):
        files = [path for path in self.world.district_state.iterdir()]
        # What an officer wrote for a citizen is the district's own text; everything a citizen wrote is sealed.
        self.assertEqual([hit for hit in self.readable(files) if hit[1] != "Silakan ambil"], [])

    def test_4_the_search_would_find_what_is_there(self):
        probe = Path(self.folder.name) / "probe"
        probe.write_bytes(b"\0\1Siti Contoh\0")
        self.assertEqual(self.readable([probe]), [("probe", "Siti Contoh")])

    def test_5_nothing_readable_is_in_a_conversation_cut_short(self):
        phone = Phone(self.world.modem_control, "+6280000000077")
        phone.text("warung saya di dusun tegal terkena banjir bandang")
        files = list(self.world.box_state.iterdir()) + list(self.world.logs.iterdir())
        self.assertEqual([hit for hit in self.readable(files, ("banjir bandang", "80000000077"))], [])

    def readable(self, files, planted=PLANTED):
        found = []
        for path in files:
            content = path.read_bytes()
            for secret in planted:
                for form in (secret.encode(), secret.encode("utf-16-be"), secret.encode("utf-16-le"), secret.upper().encode()):
                    if form in content:
                        found.append((path.name, secret))
        return sorted(set(found))


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
