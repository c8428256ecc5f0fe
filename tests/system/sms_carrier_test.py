#!/usr/bin/env python3
"""A village whose box reaches its district by SMS alone: the real programs, a modem's worker at each end, two emulated
modems in one phone network. No IP: the box is given ports where nobody answers."""

import secrets
import shutil
import socket
import tempfile
import unittest
from pathlib import Path

from world.journeys import LETTER_ANSWERS
from world.people import Officer, Phone, Resident, until
from world.processes import DISTRICT_NUMBER, INSPECTOR, OFFICER, World

TARIFF = """
carriers:
  sms: {daily_cost: 35000, cost_per_message: 350, patience_hours: 0}
"""
PHONE = "+6280000000012"
LEVY_ANSWERS = {"layanan": "surat", "jumlah": "50000", "siapa": "tidak_tahu", "kapan": "hari_ini"}
STORY = "Jalan desa rusak berat dan lampu padam sejak minggu lalu, mohon segera diperbaiki. " * 3


def dead_port():
    """A TCP port of this machine where nobody answers: bound, never listening."""
    silent = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    silent.bind(("127.0.0.1", 0))
    return silent


class SmsCarrier(unittest.TestCase):
    def start(self, form):
        folder = tempfile.TemporaryDirectory(prefix="kentongan-")
        self.addCleanup(folder.cleanup)
        world = World(folder.name, datagrams=False, district_modem=True, box_options=(
            "--district-phone", DISTRICT_NUMBER, "--sms-form", form, "--sms-after", "4", "--sms-resend", "5"))
        self.addCleanup(world.stop)
        # A village that pays for SMS.
        pack = Path(folder.name) / "pack"
        shutil.copytree(world.pack, pack)
        village = pack / "villages" / f"{world.village}.yaml"
        village.write_text(village.read_text() + TARIFF)
        world.pack = pack
        world.prepare()
        world.start_district()
        nobody = dead_port()
        self.addCleanup(nobody.close)
        self.uplink, world.ports["uplink"] = world.ports["uplink"], nobody.getsockname()[1]
        world.start_box()
        world.start_emulator()
        world.start_modem()
        world.start_district_emulator()
        world.start_district_modem()
        world.start_kiosk()
        self.world = world
        self.resident = Resident(world.ports["kiosk"])
        self.consent = self.resident.pack()["consent_version"]
        until(lambda: self.resident.health()["modem_ready"], "the village's modem")
        until(lambda: world.modem_of_district(do="commands")["executed"].get("CPMS"), "the district's modem")
        return world

    def submit(self, service="domisili", answers=None, **more):
        return self.resident.submit(service, answers or LETTER_ANSWERS, secrets.token_hex(16), consent=self.consent,
                                    **more)["code"]

    def waiting(self):
        return self.resident.health()["waiting"]

    def log(self, program):
        return (self.world.logs / f"{program}.log").read_text()

    def there_and_back(self, form):
        world = self.start(form)
        box_path = {"lose": 1, "double": 3}
        world.modem(do="path", **box_path)
        world.modem_of_district(do="path", double=2)

        # Up: a letter and a report of a levy, the first message lost, the next three twice.
        letter = self.submit(notify_phone=PHONE)
        levy = self.submit("pungli", LEVY_ANSWERS, anonymous=True, confidential=True)
        until(lambda: self.waiting() == 0, "an empty queue")
        officer = Officer(world.ports["desk"], *OFFICER)
        self.assertEqual(officer.cases()["total"], 1)
        inspector = Officer(world.ports["desk"], *INSPECTOR)
        self.assertEqual(inspector.cases()["total"], 1)
        self.assertEqual(inspector.cases()["cases"][0]["code"].replace(" ", ""), levy.replace(" ", ""))
        path = world.modem(do="path")
        self.assertEqual(path["lost"], 1)
        self.assertEqual(path["doubled"], 3)

        # Down: an officer's step reaches the kiosk, and the citizen's phone once.
        phone = Phone(world.modem_control, PHONE)
        case = officer.find(letter)
        officer.move(case, "belum_lengkap", "Mohon bawa kartu keluarga yang asli ke balai desa.")
        notice = phone.receive()
        self.assertIn(letter[:4], notice)
        until(lambda: self.resident.status(letter)["state"] == "belum_lengkap", "the state at the kiosk")
        sent = world.modem(do="sent")["messages"]
        self.assertEqual(sum(sms["to"] == PHONE for sms in sent), 1)
        # The district is told nothing in words, and everything it got is off its SIM.
        for sms in sent:
            if sms["to"] == DISTRICT_NUMBER:
                self.assertEqual(sms["coding"], "8bit" if form == "data" else "gsm7")
        until(lambda: world.modem_of_district(do="sim")["slots"] == [], "an empty SIM at the district")
        until(lambda: world.modem(do="sim")["slots"] == [], "an empty SIM at the village")

        # What is too long for an SMS waits, and what comes after it does not.
        self.submit("pengaduan", {"kategori": "jalan", "cerita": STORY + secrets.token_urlsafe(150)})
        self.submit()
        until(lambda: officer.cases()["total"] == 2, "the second letter")
        until(lambda: self.waiting() == 1, "what is too long alone in the queue")
        self.assertIn("sms_carrier.left_out", self.log("kentongan-box"))
        self.assertNotIn("quarantined", self.log("kentongan-box"))
        for program in ("kentongan-box", "kentongan-district"):
            self.assertNotIn("+62", self.log(program))

    def test_there_and_back_as_data(self):
        self.there_and_back("data")

    def test_there_and_back_as_text(self):
        self.there_and_back("text")

    def test_a_killed_box_goes_on(self):
        world = self.start("data")
        self.submit()
        until(lambda: world.modem(do="sent")["messages"], "something on air")
        world.kill("kentongan-box")
        world.start_box()
        until(lambda: self.health() and self.waiting() == 0, "an empty queue")
        self.submit()
        until(lambda: self.waiting() == 0, "an empty queue again")
        officer = Officer(world.ports["desk"], *OFFICER)
        self.assertEqual(officer.cases()["total"], 2)

    def health(self):
        return self.resident.health()["box"]


if __name__ == "__main__":
    unittest.main()
