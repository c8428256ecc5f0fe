#!/usr/bin/env python3
"""SIGKILL at every step: of the box, of the district, of the modem worker.

tests/tools/crash_shim ends a program at the N-th time it changes a file or speaks to a peer. N goes up from 1 until the
program survives its part of a journey, so every moment between two outward steps has been the last one once.
"""

import os
import secrets
import sys
import tempfile
import unittest
from pathlib import Path

from world.journeys import LETTER_ANSWERS
from world.people import Officer, Phone, Refusal, Resident, code_in, until
from world.processes import OFFICER, World

SHIM = Path(os.environ["KENTONGAN_BIN_DIR"]) / "crash_shim.so"
MOST_STEPS = 400


class Kill(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="kentongan-")
        self.addCleanup(folder.cleanup)
        self.world = World(folder.name)
        self.arm = Path(folder.name) / "armed"
        self.addCleanup(self.world.stop)

    def shim(self, program, at):
        self.world.extra_environment[program] = {
            "LD_PRELOAD": str(SHIM), "KENTONGAN_CRASH_AT": str(at), "KENTONGAN_CRASH_ARM": str(self.arm)}

    def died(self):
        """Whether the armed program has met its end: the dying one removes the file."""
        return not self.arm.exists()

    def resident(self):
        return Resident(self.world.ports["kiosk"])

    def submit_until_accepted(self, resident, once):
        def tried():
            try:
                return resident.submit("domisili", LETTER_ANSWERS, once)
            except Refusal as refusal:
                self.assertEqual(refusal.status, 503)
                return None
        return until(tried, "an accepted request")

    def start_all_but_modem(self):
        self.world.prepare()
        self.world.start_district()
        self.world.start_box()
        self.world.start_kiosk()

    def test_box(self):
        self.start_all_but_modem()
        resident = self.resident()
        codes = []
        for step in range(1, MOST_STEPS):
            self.world.kill("kentongan-box")
            self.shim("kentongan-box", step)
            self.world.start_box()
            until(lambda: resident.health()["box"], "the box")
            once = secrets.token_hex(16)
            self.arm.touch()
            said = None
            try:
                said = resident.submit("domisili", LETTER_ANSWERS, once)
            except Refusal as refusal:
                self.assertEqual(refusal.status, 503, "only that it cannot be taken now")
            # The forwarding that follows is part of the journey: wait for its end or for the program's.
            until(lambda: self.died() or (said and resident.health()["waiting"] == 0), "an empty queue")
            died = self.died()
            self.arm.unlink(missing_ok=True)
            if died:
                until(lambda: not self.world.alive("kentongan-box"), "the end of the box")
                self.world.extra_environment.clear()
                self.world.start_box()
                until(lambda: resident.health()["box"], "the box")
            if said:
                # Before anything is sent again: what was said to be received is there.
                self.assertEqual(resident.status(said["receipt"])["service"], "domisili", f"step {step}")
                resident.status(said["code"])
            again = self.submit_until_accepted(resident, once)
            # Nothing of this round may be saved by the next one.
            until(lambda: resident.health()["waiting"] == 0, "an empty queue")
            if said:
                self.assertEqual(again["code"], said["code"], f"said received at step {step}, and then forgot")
            codes.append(again["code"])
            if not died:
                break
        else:
            self.fail("the box never survived")
        self.assertGreater(len(codes), 15, "the shim killed too little to show anything")
        print(f"box: killed at each of {len(codes) - 1} steps")
        self.each_exactly_once(codes)

    def test_district(self):
        self.start_all_but_modem()
        resident = self.resident()
        codes, killed = [], 0
        for step in range(1, MOST_STEPS):
            self.world.kill("kentongan-district")
            self.shim("kentongan-district", step)
            self.world.start_district()
            officer = Officer(self.world.ports["desk"], *OFFICER)
            self.arm.touch()
            code = resident.submit("domisili", LETTER_ANSWERS)["code"]
            codes.append(code)
            moved = None
            try:
                case = until(lambda: self.died() or officer.find(code), "the case")
                if case is not True:
                    moved = officer.move(case, "diperiksa")
                    until(lambda: self.died() or resident.status(code)["state"] == "diperiksa", "the state at the kiosk")
            except (OSError, Refusal):
                pass  # it died while it was asked
            died = self.died()
            self.arm.unlink(missing_ok=True)
            if died:
                killed += 1
                until(lambda: not self.world.alive("kentongan-district"), "the end of the district")
                self.world.extra_environment.clear()
                self.world.start_district()
            officer = Officer(self.world.ports["desk"], *OFFICER)
            case = until(lambda: officer.find(code), "the case after the restart")
            if moved:
                self.assertEqual(case["state"], "diperiksa", f"said moved at step {step}, and then forgot")
            elif case["state"] == "diterima":
                officer.move(case, "diperiksa")
            until(lambda: resident.status(code)["state"] == "diperiksa", "the state at the kiosk")
            if not died:
                break
        else:
            self.fail("the district never survived")
        self.assertGreater(killed, 10)
        print(f"district: killed at each of {killed} steps")
        self.each_exactly_once(codes)

    def test_box_sms(self):
        """A complaint by SMS, its way to the desk, the officer's move, the state home, the notice: killed at each step."""
        self.start_all_but_modem()
        self.world.start_emulator()
        self.world.start_modem()
        officer = Officer(self.world.ports["desk"], *OFFICER)
        resident = self.resident()
        codes, killed = [], 0
        for step in range(1, MOST_STEPS):
            self.world.kill("kentongan-box")
            self.shim("kentongan-box", step)
            self.world.start_box()
            until(lambda: resident.health()["modem_ready"], "the modem")
            phone = Phone(self.world.modem_control, f"+62800000000{10 + step % 80:02d}")
            heard = lambda p=phone: [sms["text"] for sms in self.world.modem(do="sent", after=p.seen)["messages"]
                                     if sms["to"] == p.number]
            coded = lambda h=heard: next((code_in(text) for text in h() if code_in(text)), None)
            notices = lambda h=heard: [text for text in h() if text.startswith("Ada kabar")]
            self.arm.touch()
            phone.send(f"lapor#7#jalan rusak nomor {step} di dusun krajan dekat pasar")
            code = until(lambda: self.died() or coded(), "an answer")
            if not self.died():
                case = until(lambda: self.died() or officer.find(code), "the case")
            if not self.died():
                state = officer.open(case)["next"][0]["state"]
                officer.move(case, state)
                until(lambda: self.died() or notices(), "the notice")
            if not self.died():
                # What becomes of the notice is written down after it was sent.
                self.world.modem(do="sent", after=0)
                resident.health()
            died = self.died()
            self.arm.unlink(missing_ok=True)
            if died:
                killed += 1
                until(lambda: not self.world.alive("kentongan-box"), "the end of the box")
                self.world.extra_environment.clear()
                self.world.start_box()
                until(lambda: resident.health()["modem_ready"], "the modem again")
            code = until(coded, f"the answer, step {step}")
            codes.append(code)
            case = until(lambda: officer.find(code), f"the case, step {step}")
            if case["state"] == "diterima":
                officer.move(case, officer.open(case)["next"][0]["state"])
            until(lambda: resident.status(code)["state"] != "diterima", f"the state at the kiosk, step {step}")
            until(lambda: resident.health()["waiting"] == 0, "an empty queue")
            answers = [text for text in heard() if code_in(text) and text not in notices()]
            self.assertIn(len(answers), (1, 2), f"an answer of unknown fate is sent once more at most, step {step}")
            self.assertLessEqual(len(notices()), 1, f"a notice is never sent twice, step {step}")
            if not died:
                self.assertEqual((len(answers), len(notices())), (1, 1))
                break
        else:
            self.fail("the box never survived")
        self.assertGreater(killed, 15)
        print(f"box, a complaint by SMS: killed at each of {killed} steps")
        until(lambda: self.world.modem(do="sim")["slots"] == [], "an empty SIM")
        self.each_exactly_once(codes)

    def test_modem_worker(self):
        self.start_all_but_modem()
        self.world.start_emulator()
        codes, killed = [], 0
        for step in range(1, MOST_STEPS):
            self.shim("kentongan-modem", step)
            self.world.start_modem()
            resident = self.resident()
            until(lambda: resident.health()["modem_ready"], "the modem")
            phone = Phone(self.world.modem_control, f"+62800000000{10 + step % 80:02d}")
            self.arm.touch()
            phone.send(f"lapor#7#jalan rusak nomor {step} di dusun krajan dekat pasar")
            code = None
            while code is None:
                code = code_in(phone.receive(60))
                if code is None:
                    phone.send("B jalan rusak di dusun krajan dekat pasar")
            codes.append(code)
            died = self.died()
            self.arm.unlink(missing_ok=True)
            self.world.kill("kentongan-modem")
            killed += died
            if not died:
                break
        else:
            self.fail("the worker never survived")
        self.assertGreater(killed, 10)
        print(f"modem worker: killed at each of {killed} steps")
        self.each_exactly_once(codes)

    def each_exactly_once(self, codes):
        officer = Officer(self.world.ports["desk"], *OFFICER)
        self.assertEqual(len(set(codes)), len(codes))
        for code in codes:
            until(lambda c=code: officer.find(c), f"case {len(codes)}")
        self.assertEqual(officer.cases(open=0)["total"], len(codes), "a case too many")


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
