#!/usr/bin/env python3
"""SIGKILL at every step: of the box, of the district, of the modem worker, by kiosk and by SMS.

tests/tools/crash_shim ends a program at the N-th time it changes a file or speaks to a peer. N goes up from 1 until the
program survives its part of a journey, so every moment between two outward steps has been the last one once. Several
worlds share the numbers between them and run side by side: each ends with a journey that it survived.
"""

import os
import secrets
import sqlite3
import sys
import tempfile
import threading
import unittest
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path

from world.journeys import LETTER_ANSWERS
from world.people import Officer, Phone, Refusal, Resident, code_in, until
from world.processes import OFFICER, World

SHIM = Path(os.environ["KENTONGAN_BIN_DIR"]) / "crash_shim.so"
MOST_STEPS = 400
MOST_PHONES = 90  # numbers that belong to nobody


class Side:
    """One world, and the program in it that is to die."""

    def __init__(self, folder, program):
        self.world = World(folder)
        self.program = program
        self.arming = Path(folder) / "armed"
        self.world.extra_environment[program] = {"LD_PRELOAD": str(SHIM), "KENTONGAN_CRASH_ARM": str(self.arming)}
        self.codes = []
        self.deaths = {}  # step -> how far the journey was
        self.survived = None
        self.phones = 0

    def start(self, with_modem):
        self.world.prepare()
        self.world.start_district()
        self.world.start_box()
        self.world.start_kiosk()
        self.resident = Resident(self.world.ports["kiosk"])
        self.officer = Officer(self.world.ports["desk"], *OFFICER)
        if with_modem:
            self.world.start_emulator()
            self.world.start_modem()
            self.ready("modem_ready")

    def ready(self, what):
        until(lambda: self.health()[what], what)

    def health(self):
        return self.resident.health()

    def arm(self, step):
        """From now on its calls count. At once whole: a number that is half written would be another."""
        written = self.arming.with_suffix(".new")
        written.write_text(str(step))
        written.rename(self.arming)

    def disarm(self):
        self.arming.unlink(missing_ok=True)

    def died(self):
        """Whether the armed program has met its end: the dying one removes the file."""
        return not self.arming.exists()

    def restart(self, start):
        until(lambda: not self.world.alive(self.program), f"the end of {self.program}")
        start()

    def phone(self):
        self.phones += 1
        assert self.phones <= MOST_PHONES, "too many steps for the numbers that belong to nobody"
        return Phone(self.world.modem_control, f"+62800000000{9 + self.phones:02d}")

    def on_air(self, phone):
        return [sms["text"] for sms in self.world.modem(do="sent", after=0)["messages"] if sms["to"] == phone.number]

    def sim_used(self):
        return len(self.world.modem(do="sim")["slots"])

    def outbox(self):
        """SMS that the box has yet to send, or does not know the fate of."""
        with sqlite3.connect(f"file:{self.world.box_state}/box.db?mode=ro", uri=True) as database:
            return database.execute("SELECT count(*) FROM sms_out").fetchone()[0]

    def find(self, code):
        return self.officer.find(code)


class Kill(unittest.TestCase):
    def at_each_step(self, program, journey, with_modem=False, ways=1):
        """Plays `journey(side, step)` in `ways` worlds until each has survived one. Returns the worlds."""
        sides = []
        for _ in range(ways):
            folder = tempfile.TemporaryDirectory(prefix="kentongan-")
            self.addCleanup(folder.cleanup)
            sides.append(Side(folder.name, program))
            self.addCleanup(sides[-1].world.stop)
        broken = threading.Event()

        def play(first):
            side = sides[first]
            try:
                side.start(with_modem)
                for step in range(1 + first, MOST_STEPS, ways):
                    if broken.is_set():
                        return
                    journey(side, step)
                    if step not in side.deaths:
                        side.survived = step
                        self.each_exactly_once(side)
                        return
                self.fail(f"{program} never survived")
            except BaseException:
                broken.set()
                raise

        with ThreadPoolExecutor(ways) as pool:
            for done in [pool.submit(play, first) for first in range(ways)]:
                done.result()
        killed = {step for side in sides for step in side.deaths}
        self.assertEqual(set(range(1, min(side.survived for side in sides))) - killed, set(), "a step was left out")
        print(f"{program}: killed at each of {len(killed)} steps")
        return sides

    def each_exactly_once(self, side):
        self.assertEqual(len(set(side.codes)), len(side.codes))
        for code in side.codes:
            self.eventually(lambda c=code: side.find(c), "a case that was accepted is at the desk")
        self.assertEqual(side.officer.cases(open=0)["total"], len(side.codes), "a case too many")

    def eventually(self, ask, what):
        try:
            return until(ask, what)
        except TimeoutError:
            self.fail(f"never: {what}")

    # --- a form at the kiosk -------------------------------------------------------------------------------

    def test_box(self):
        sides = self.at_each_step("kentongan-box", self.form, ways=2)
        self.assertGreater(sum(len(side.deaths) for side in sides), 15, "the shim killed too little to show anything")
        # Before and after it was said, and after it was forwarded too.
        self.assertEqual({stage for side in sides for stage in side.deaths.values()}, {"not said", "said"})

    def form(self, side, step):
        resident, once = side.resident, secrets.token_hex(16)
        side.arm(step)
        said = None
        try:
            said = resident.submit("domisili", LETTER_ANSWERS, once)
        except Refusal as refusal:
            self.assertEqual(refusal.status, 503, "only that it cannot be taken now")
        # The forwarding that follows is part of the journey: wait for its end or for the program's.
        until(lambda: side.died() or (said and side.health()["waiting"] == 0), "an empty queue")
        died = side.died()
        side.disarm()
        if died:
            side.deaths[step] = "said" if said else "not said"
            side.restart(side.world.start_box)
            side.ready("box")
        if said:
            # Before it is sent again, which would make it anew: the box itself still knows what it promised.
            for name in ("receipt", "code"):
                self.assertEqual(self.standing(side, said[name]), "diterima",
                                 f"said received at step {step}, and then forgot ({name})")
        again = until(lambda: self.submitted(resident, once), "an accepted request")
        if said:
            self.assertEqual((again["code"], again["receipt"]), (said["code"], said["receipt"]), f"another case at step {step}")
        side.codes.append(again["code"])
        # Nothing of this round is left for the next kill, or for the next round to save.
        self.eventually(lambda: side.health()["waiting"] == 0, f"an empty queue after step {step}")

    @staticmethod
    def submitted(resident, once):
        try:
            return resident.submit("domisili", LETTER_ANSWERS, once)
        except Refusal as refusal:
            if refusal.status != 503:
                raise
            return None

    @staticmethod
    def standing(side, digits):
        """The state that the box tells, or what it says instead."""
        try:
            return side.resident.status(digits)["state"]
        except Refusal as refusal:
            return f"refused: {refusal.status}"

    # --- the district --------------------------------------------------------------------------------------

    def test_district(self):
        sides = self.at_each_step("kentongan-district", self.exchange_and_move, ways=3)
        self.assertGreater(sum(len(side.deaths) for side in sides), 10)
        self.assertEqual({stage for side in sides for stage in side.deaths.values()}, {"nothing", "the case", "the move"})

    def exchange_and_move(self, side, step):
        side.arm(step)
        code = side.resident.submit("domisili", LETTER_ANSWERS)["code"]
        side.codes.append(code)
        stage, moved = "nothing", None
        try:
            case = until(lambda: side.died() or side.find(code), "the case")
            if case is not True:
                stage = "the case"
                moved = side.officer.move(case, "diperiksa")
                stage = "the move"
                until(lambda: side.died() or self.standing(side, code) == "diperiksa", "the state at the kiosk")
                # Until the box has said that it knows: its next word to the district.
                acknowledged = lambda: self.acknowledged(side) >= len(side.codes)
                until(lambda: side.died() or acknowledged(), "the box's word for the update")
        except (OSError, HTTPException, Refusal):
            pass  # it died while it was asked
        died = side.died()
        side.disarm()
        if died:
            side.deaths[step] = stage
            side.restart(side.world.start_district)
        case = self.eventually(lambda: side.find(code), f"the case after step {step}")
        if moved:
            self.assertEqual(case["state"], "diperiksa", f"said moved at step {step}, and then forgot")
        elif case["state"] == "diterima":
            side.officer.move(case, "diperiksa")
        self.eventually(lambda: self.standing(side, code) == "diperiksa", f"the state at the kiosk after step {step}")
        self.eventually(lambda: side.health()["waiting"] == 0, f"an empty queue after step {step}")

    @staticmethod
    def acknowledged(side):
        with sqlite3.connect(f"file:{side.world.district_state}/district.db?mode=ro", uri=True) as database:
            return database.execute("SELECT acknowledged FROM box").fetchone()[0]

    # --- a complaint by SMS, there and back ----------------------------------------------------------------

    def test_box_sms(self):
        sides = self.at_each_step("kentongan-box", self.complaint, with_modem=True, ways=4)
        self.check_stages(sides)

    def test_modem_worker(self):
        sides = self.at_each_step("kentongan-modem", self.complaint, with_modem=True, ways=4)
        self.check_stages(sides)

    def check_stages(self, sides):
        stages = {stage for side in sides for stage in side.deaths.values()}
        self.assertGreaterEqual(stages, {"the text", "the move", "the notice"}, "the whole way, there and back")

    def complaint(self, side, step):
        """A text arrives, is kept, answered and forwarded; the officer's move comes home; a notice is sent."""
        phone = side.phone()
        coded = lambda: next((code_in(text) for text in side.on_air(phone) if code_in(text)), None)
        notices = lambda: [text for text in side.on_air(phone) if "Ada kabar" in text]
        side.arm(step)
        phone.send(f"lapor#7#jalan rusak nomor {step} di dusun krajan dekat pasar")
        # The phone says it once. Whatever dies, it is on the SIM or in the store.
        stage = "the text"
        code = until(lambda: side.died() or coded(), "an answer")
        if not side.died():
            stage = "the answer"
            case = until(lambda: side.died() or side.find(code), "the case")
        if not side.died():
            stage = "the move"
            side.officer.move(case, side.officer.open(case)["next"][0]["state"])
            until(lambda: side.died() or notices(), "the notice")
        if not side.died():
            stage = "the notice"
            until(lambda: side.died() or side.outbox() == 0, "the notice's fate")
        died = side.died()
        side.disarm()
        if died:
            side.deaths[step] = "the notice" if notices() else stage
            if side.program == "kentongan-box":
                side.restart(side.world.start_box)  # a worker starts its own child again
            side.ready("modem_ready")

        code = self.eventually(coded, f"the answer; at step {step} the text was on neither SIM nor store")
        side.codes.append(code)
        case = self.eventually(lambda: side.find(code), f"the case after step {step}")
        state = case["state"]
        if state == "diterima":
            state = side.officer.open(case)["next"][0]["state"]
            side.officer.move(case, state)
        self.eventually(lambda: self.standing(side, code) == state, f"the state at the kiosk after step {step}")
        # Everything has met its fate: what is on air now is all there will be.
        self.eventually(lambda: side.outbox() == 0, f"an empty outbox after step {step}")
        self.eventually(lambda: side.sim_used() == 0, f"an empty SIM after step {step}")
        told = notices()
        answers = [text for text in side.on_air(phone) if text not in told]
        self.assertIn(len(answers), (1, 2), f"an answer of unknown fate is sent once more at most, step {step}")
        self.assertEqual({code_in(text) for text in answers + told}, {code}, "one story, one code")
        if len(answers) == 2:
            self.assertEqual(answers[1], "(ulang) " + answers[0], "the second says that it is the same")
        self.assertLessEqual(len(told), 1, f"a notice is never sent twice, step {step}")
        if not died:
            self.assertEqual((len(answers), len(told)), (1, 1))


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
