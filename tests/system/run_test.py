#!/usr/bin/env python3
"""scripts/run --journeys says how the journeys went: by its exit status, and for every step that failed."""

import io
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from world import journeys
from world.processes import ROOT, World

TECHNICIAN = ("--only", "technician")


def run(*arguments, bin=None):
    """scripts/run as it is typed, with what is built; `bin` has other programs."""
    environment = {**os.environ, "KENTONGAN_BIN_DIR": str(bin or World("").bin)}
    return subprocess.run([ROOT / "scripts" / "run", "--journeys", "--no-build", *arguments], env=environment,
                          capture_output=True, text=True, timeout=300, check=False)


class Run(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="kentongan-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def programs_but(self, name, script):
        """A folder with the built programs, one of them replaced."""
        for program in World("").bin.iterdir():
            (self.folder / program.name).symlink_to(program.resolve())
        (self.folder / name).unlink()
        (self.folder / name).write_text(script)
        (self.folder / name).chmod(0o755)
        return self.folder

    def test_all_is_well(self):
        done = run(*TECHNICIAN)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("\n3 steps passed, 0 failed\n", done.stdout)
        self.assertIn("id-jember, version", done.stdout)

    def test_the_country_that_is_named_is_played(self):
        done = run(*TECHNICIAN, "--pack", "xq-qamar", "--village", "hilal")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("xq-qamar, version", done.stdout)
        self.assertNotIn("id-jember", done.stdout)

    def test_a_step_that_fails(self):
        real = World("").bin / "kentongan"
        done = run(*TECHNICIAN, bin=self.programs_but(
            "kentongan", f'#!/bin/sh\n[ "$1" = pack ] && echo "pack.yaml:1: an injected fault" && exit 1\nexec {real} "$@"\n'))
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("  FAILED  kentongan pack check", done.stdout)
        self.assertIn("an injected fault", done.stdout)
        self.assertIn("\n0 steps passed, 1 failed\n", done.stdout)

    def test_a_program_that_does_not_start(self):
        done = run(*TECHNICIAN, bin=self.programs_but("kentongan-box", "#!/bin/sh\necho 'box: no store'\nexit 1\n"))
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("kentongan-box did not start:\nbox: no store", done.stderr)

    def test_nothing_that_was_played_is_no_success(self):
        self.assertEqual(run("--only", "no journey has this name").returncode, 1)

    def test_one_that_fails_does_not_hide_the_next(self):
        def in_a_step(world, cast, journal):
            """Fails in a step"""
            journal.step("first", lambda: "fine")
            journal.step("second", lambda: journeys.expect(False, "what was expected"))
            journal.step("third", lambda: "never")

        def between(world, cast, journal):
            """Fails between two steps"""
            raise TimeoutError("not seen")

        def well(world, cast, journal):
            """Goes well"""
            journal.step("only", lambda: "fine")

        out = io.StringIO()
        with mock.patch.object(journeys, "JOURNEYS", (in_a_step, between, well)):
            journal = journeys.play(World(self.folder), journeys.Journal(out))
        self.assertEqual((journal.passed, journal.failed), (2, 2))
        self.assertIn("FAILED  second: AssertionError: what was expected", out.getvalue())
        self.assertIn("FAILED  between two steps: TimeoutError: not seen", out.getvalue())
        self.assertNotIn("third", out.getvalue())


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
