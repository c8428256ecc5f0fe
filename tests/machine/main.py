#!/usr/bin/env python3
"""The units in a real machine: scripts/test-machine starts this. README.md says what it does and what it needs.

Chapters build on each other, so the first failure ends the run and shows the end of the machine's journal.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "scripts"), str(Path(__file__).resolve().parent)]

import journey  # noqa: E402
from emulator import Emulator  # noqa: E402
from machine import Machine, MachineError  # noqa: E402
from system import Missing, installed, system  # noqa: E402

TOOLS = {"qemu-system-x86_64": "qemu-system-x86", "qemu-img": "qemu-utils", "debootstrap": "debootstrap", "mkfs.ext4": "e2fsprogs",
         "mkfs.vfat": "dosfstools", "mdir": "mtools"}
START = time.monotonic()


def say(text):
    print(f"[{time.monotonic() - START:5.0f} s] {text}", flush=True)


def journal_end(machine):
    try:
        return machine.try_run("journalctl -b --no-pager -o short-monotonic | grep -v 'audit' | tail -n 60; systemctl --failed --no-pager", 60)[1]
    except Exception as problem:  # the machine may be gone: then its console must do
        return f"(no journal: {problem})\n{machine.console()[-3000:]}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=ROOT / "build" / "release", type=Path, help="what is installed (build/release)")
    parser.add_argument("--cache", default=ROOT / "build" / "machine", type=Path, help="where the fetched system is kept")
    parser.add_argument("--keep", action="store_true", help="leave the machine's folder for looking at")
    options = parser.parse_args()
    lacking = sorted({package for tool, package in TOOLS.items() if not shutil.which(tool)})
    if lacking:
        print("test-machine: missing; apt-get install " + " ".join(lacking), file=sys.stderr)
        return 2
    folder = Path(tempfile.mkdtemp(prefix="kentongan-machine-"))
    machine = emulator = None
    try:
        image, kernel, initrd = system(options.cache.resolve(), say)
        archive = installed(options.build.resolve(), folder, say)
        emulator = Emulator(options.build / "bin" / "modem-emulator", folder)
        machine = Machine(folder, image, kernel, initrd, archive)
        done = journey.play(machine, emulator, folder, say)
        say(f"ok: {done} steps")
        return 0
    except Missing as problem:
        print(f"test-machine: {problem}", file=sys.stderr)
        return 2
    except (MachineError, AssertionError, OSError, ValueError, LookupError, subprocess.CalledProcessError) as problem:
        say(f"FAILED: {type(problem).__name__}: {problem}")
        if machine and machine.process:
            print("The end of its journal:\n" + re.sub(r"(?m)^", "    ", journal_end(machine)), flush=True)
        return 1
    finally:
        if machine:
            machine.cut_power()
        if emulator:
            emulator.stop()
        if options.keep:
            say(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
