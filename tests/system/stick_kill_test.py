#!/usr/bin/env python3
"""A stick instead of a network: SIGKILL for each program at each of its steps."""

import os
import signal
import sqlite3
import sys
import unittest
from pathlib import Path

from stick_village import StickTest
from world.people import until

SHIM = Path(os.environ["KENTONGAN_BIN_DIR"]) / "crash_shim.so"
MOST_STEPS = 200


class Kill(StickTest):
    def killed(self, call, check):
        """Calls with the shim at step 1, 2, … until the program survives; `check` after each."""
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
        self.come_home(codes)
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
            self.come_home(count, f"step {step}")

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
            self.come_home(count, f"step {step}")

        print(f"import: killed at each of {self.killed(call, check)} steps")

    def test_box_killed_at_each_step_of_an_export_and_an_import(self):
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
                self.come_home(self.submitted(v))
                if not died:
                    self.ok(done)
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
