#!/usr/bin/env python3
"""The carriers between a box and its district, with the real programs: each alone, one after the other's end, and what
comes down."""

import secrets
import socket
import sqlite3
import tempfile
import unittest

from world.journeys import LETTER_ANSWERS
from world.people import Officer, Resident, until
from world.processes import OFFICER, World

LONG = "Jalan desa rusak berat dan lampu padam. " * 45  # above what one datagram carries, whatever it is packed to


def deaf_port():
    """A UDP port of this machine where datagrams vanish: bound, never read."""
    silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    silent.bind(("127.0.0.1", 0))
    return silent


class Carriers(unittest.TestCase):
    def world(self, **options):
        folder = tempfile.TemporaryDirectory(prefix="kentongan-")
        self.addCleanup(folder.cleanup)
        world = World(folder.name, **options)
        self.addCleanup(world.stop)
        world.prepare()
        world.start_district()
        return world

    def start(self, world):
        world.start_box()
        world.start_kiosk()
        resident = Resident(world.ports["kiosk"])
        self.consent = resident.pack()["consent_version"]
        return resident

    def submit(self, resident, service="domisili", answers=None):
        return resident.submit(service, answers or LETTER_ANSWERS, secrets.token_hex(16), consent=self.consent)

    def delivered(self, world, resident, count):
        until(lambda: resident.health()["waiting"] == 0, "an empty queue")
        officer = Officer(world.ports["desk"], *OFFICER)
        self.assertEqual(officer.cases()["total"], count)
        return officer

    def log(self, world, program="kentongan-box"):
        return (world.logs / f"{program}.log").read_text()

    def test_datagrams_alone(self):
        world = self.world()
        world.ports["uplink"], https = 1, world.ports["uplink"]
        resident = self.start(world)
        for _ in range(12):
            self.submit(resident)
        self.delivered(world, resident, 12)
        self.assertNotIn("box.no_datagrams", self.log(world))
        self.assertNotEqual(https, 1)

    def test_https_alone(self):
        world = self.world(datagrams=False)
        resident = self.start(world)
        for _ in range(3):
            self.submit(resident)
        self.delivered(world, resident, 3)

    def test_datagrams_vanish_and_https_takes_over(self):
        world = self.world()
        with deaf_port() as silent:
            world.ports["datagrams"] = silent.getsockname()[1]
            resident = self.start(world)
            self.submit(resident)
            self.delivered(world, resident, 1)
        self.assertIn("box.no_datagrams", self.log(world))

    def test_what_no_datagram_carries_goes_by_https(self):
        world = self.world()
        resident = self.start(world)
        story = LONG + secrets.token_urlsafe(900)
        self.submit(resident, "pengaduan", {"kategori": "jalan", "cerita": story[:2000]})
        self.submit(resident)
        officer = self.delivered(world, resident, 2)
        stories = [value["words"] for case in officer.cases()["cases"] for value in officer.open(case)["answers"]]
        self.assertIn(story[:2000].strip(), [one.strip() for one in stories])
        self.assertNotIn("box.no_datagrams", self.log(world))

    def test_rotated_keys_reach_the_box_and_what_it_seals_then(self):
        for datagrams in (True, False):
            with self.subTest(datagrams=datagrams):
                world = self.world(datagrams=datagrams)
                resident = self.start(world)
                self.submit(resident)
                self.delivered(world, resident, 1)
                world._run("kentongan-district", "rotate-keys", "--state", world.district_state)
                world.kill("kentongan-district")
                world.start_district()
                until(lambda: self.keyring(world) == 2, "the second keyring at the box")
                self.submit(resident)
                self.delivered(world, resident, 2)
                # It holds over a restart.
                world.kill("kentongan-box")
                world.start_box()
                until(lambda: resident.health()["box"], "the box")
                self.submit(resident)
                self.delivered(world, resident, 3)
                self.assertEqual(self.key_ids(world), {1, 2})

    def keyring(self, world):
        with sqlite3.connect(f"file:{world.box_state}/box.db?mode=ro", uri=True) as database:
            row = database.execute("SELECT version FROM bulletin WHERE name='keyring'").fetchone()
        return row[0] if row else 0

    def key_ids(self, world):
        """Of the openings that the box has made: the byte behind tag, box and epoch."""
        with sqlite3.connect(f"file:{world.box_state}/box.db?mode=ro", uri=True) as database:
            rows = database.execute("SELECT sealed FROM item").fetchall()
        return {sealed[5] for (sealed,) in rows if sealed[0] & 1}


if __name__ == "__main__":
    unittest.main()
