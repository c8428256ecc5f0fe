#!/usr/bin/env python3
"""The carriers between a box and its district, with the real programs: each alone, one after the other's end, and what
comes down."""

import re
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import unittest
from pathlib import Path

from world.journeys import LETTER_ANSWERS
from world.people import Officer, Resident, until
from world.processes import INSPECTOR, OFFICER, ROOT, World

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

    def test_budgets(self):
        """Datagrams, then HTTPS, then patience; what is urgent by the reserve; the next day goes on."""
        folder = tempfile.TemporaryDirectory(prefix="kentongan-")
        self.addCleanup(folder.cleanup)
        pack = Path(folder.name) / "id-jember"
        shutil.copytree(ROOT / "gateway" / "packs" / "id-jember", pack)
        with open(pack / "villages" / "contoh.yaml", "a") as village:  # a byte costs one
            village.write("carriers:\n"
                          "  datagrams: {daily_cost: 20000, cost_per_megabyte: 1000000}\n"
                          "  https: {daily_cost: 60000, cost_per_megabyte: 1000000}\n")
        world = self.world(pack=pack)
        resident = self.start(world)
        self.submit(resident)
        officer = self.delivered(world, resident, 1)
        row = self.links(world)
        self.assertEqual(row["datagrams"]["state"], "up")
        self.assertGreater(row["datagrams"]["cost"], 100)
        self.assertEqual(row["datagrams"]["cost"], row["datagrams"]["up"] + row["datagrams"]["down"])
        self.assertEqual(row["sms"]["state"], "not used here")

        # The datagrams' share for requests ends, and HTTPS takes over.
        sent = 1
        while not self.links(world)["datagrams"]["state"].startswith("money used up"):
            self.submit(resident)
            sent += 1
            self.assertLess(sent, 200)
        self.delivered(world, resident, sent)
        self.submit(resident)
        sent += 1
        self.delivered(world, resident, sent)
        self.assertGreater(self.links(world)["https"]["cost"], 1000)

        # That of HTTPS ends too: what is asked for now waits.
        story = "Jalan desa rusak berat dan lampu padam. " * 20
        while not self.links(world)["https"]["state"].startswith("money used up"):
            if resident.health()["waiting"] == 0:
                self.submit(resident, "pengaduan", {"kategori": "jalan", "cerita": story + secrets.token_urlsafe(700)})
                sent += 1
        self.submit(resident)
        sent += 1
        waits = resident.health()["waiting"]
        self.assertGreaterEqual(waits, 1)
        self.submit(resident, "pungli", {"layanan": "bantuan", "siapa": "tidak_tahu", "kapan": "hari_ini"})
        inspector = Officer(world.ports["desk"], *INSPECTOR)
        until(lambda: inspector.cases()["total"] == 1, "the report at the inspectorate")
        until(lambda: resident.health()["waiting"] == waits, "the report acknowledged")
        self.assertLess(officer.cases()["total"], sent)
        rows = self.links(world)
        self.assertTrue(rows["datagrams"]["state"].endswith("urgent only"), rows)
        self.assertEqual(rows["waiting"], waits)
        for carrier, most in (("datagrams", 20000), ("https", 60000)):
            self.assertLessEqual(rows[carrier]["cost"], most)
        self.assertRegex(self.boxes(world), r"(?m)^ +1  contoh +\d{4}-\d\d-\d\d \d\d:\d\d  (datagrams|https) ")

        # The night, with the box off: today becomes yesterday.
        world.kill("kentongan-box", signal.SIGTERM)
        with sqlite3.connect(f"{world.box_state}/box.db") as database:
            database.execute("UPDATE carrier_days SET day=day-1")
            database.execute("UPDATE carrier_book SET day=day-1")
        database.close()
        world.start_box()
        self.delivered(world, resident, sent)
        told = until(lambda: re.search(r"datagrams +(\d+) up +(\d+) down +0 SMS  cost (\d+)", self.boxes(world)), "yesterday's use")
        up, down, cost = map(int, told.groups())
        self.assertEqual(up + down, cost)
        self.assertGreater(cost, 10000)

    def links(self, world):
        """What the console prints, by carrier."""
        lines = world._run("kentongan", "links", "--socket", world.folder / "console.sock").splitlines()
        self.assertLessEqual(max(map(len, lines)), 80, lines)
        out = {"waiting": int(re.search(r"(\d+) waiting", lines[0])[1])}
        for line, state in zip(lines[3::2], lines[4::2], strict=True):
            carrier, up, down, _, cost, last = line.split(maxsplit=5)
            out[carrier] = {"up": int(up), "down": int(down), "cost": int(cost.split("/")[0]), "last": last, "state": state.strip()}
        return out

    def boxes(self, world):
        return world._run("kentongan-district", "boxes", "--state", world.district_state)

    def test_links_without_a_box(self):
        done = subprocess.run([str(World(".").bin / "kentongan"), "links", "--socket", "/nonexistent/socket"], capture_output=True,
                              text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("is kentongan-box running?", done.stderr)

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
