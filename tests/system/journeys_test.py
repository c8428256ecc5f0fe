#!/usr/bin/env python3
"""Every journey through one running world, and then what that world left on its disks.

  journeys_test.py [--pack ID --village ID]
"""

import argparse
import io
import sys
import tempfile
import unittest
from pathlib import Path

from world.cast import Cast
from world.journeys import Journal, play
from world.pack import Pack
from world.people import Phone, Resident, until
from world.processes import World

COUNTRY = {"pack": "id-jember", "village": "contoh"}


class Journeys(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="kentongan-")
        cls.world = World(cls.folder.name, **COUNTRY)
        cls.cast = Cast(Pack(cls.world.pack, cls.world.village))
        cls.addClassCleanup(cls.folder.cleanup)
        cls.addClassCleanup(cls.world.stop)
        cls.world.start()

    def test_1_every_journey_ends_well(self):
        out = io.StringIO()
        journal = play(self.world, Journal(out))
        self.assertEqual(journal.failed, 0, out.getvalue())
        self.assertGreater(journal.passed, 54)

    def test_2_nothing_readable_is_left_on_the_box(self):
        resident = Resident(self.world.ports["kiosk"], self.cast.language)
        until(lambda: resident.health()["waiting"] == 0, "an empty queue")
        files = [path for path in self.world.box_state.iterdir()] + list(self.world.logs.iterdir())
        names = {path.name for path in files}
        self.assertLessEqual({"box.db", "box.db-wal", "kentongan-box.log", "kentongan-kiosk.log", "kentongan-modem.log"}, names)
        self.assertEqual(self.readable(files), [])

    def test_3_the_districts_database_and_logs_hold_no_content_either(self):
        files = [path for path in self.world.district_state.iterdir()]
        # What an officer wrote for a citizen is the district's own text; everything a citizen wrote is sealed.
        self.assertEqual([hit for hit in self.readable(files) if not self.cast.says["collect"].startswith(hit[1])], [])

    def test_4_the_search_would_find_what_is_there(self):
        probe = Path(self.folder.name) / "probe"
        for secret in self.cast.planted():
            for form in ("utf-8", "utf-16-be", "utf-16-le"):
                probe.write_bytes(b"\0\1" + secret.encode(form) + b"\0")
                self.assertIn(("probe", secret), self.readable([probe]))

    def test_5_nothing_readable_is_in_a_conversation_cut_short(self):
        own = self.cast.pack.phone(77)
        Phone(self.world.modem_control, own.e164).text(self.cast.says["flood"])
        files = list(self.world.box_state.iterdir()) + list(self.world.logs.iterdir())
        self.assertEqual([hit for hit in self.readable(files, (self.cast.says["flood"][-16:], own.national))], [])

    def readable(self, files, planted=None):
        planted = self.cast.planted() if planted is None else planted
        found = []
        for path in files:
            content = path.read_bytes()
            for secret in planted:
                for form in (secret.encode(), secret.encode("utf-16-be"), secret.encode("utf-16-le"), secret.upper().encode()):
                    if form in content:
                        found.append((path.name, secret))
        return sorted(set(found))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name, value in COUNTRY.items():
        parser.add_argument(f"--{name}", default=value)
    options, rest = parser.parse_known_args()
    COUNTRY.update(vars(options))
    sys.exit(unittest.main(argv=[sys.argv[0], *rest], verbosity=2))
