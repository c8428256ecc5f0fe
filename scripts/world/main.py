#!/usr/bin/env python3
"""What scripts/run starts when everything is built.

  scripts/run               start, print the addresses, stay until Ctrl-C
  scripts/run --journeys    start a fresh world, play each user's journey, print every step; exits 1 if one fails
  scripts/run --pack xq-qamar --village hilal    the same in another country, with --journeys too
  scripts/run --district-modem   the district has a modem too; its numbers and faults: scripts/world/processes.py
  scripts/run --fresh       forget what earlier runs left in build/run, then start
"""

import argparse
import shutil
import signal
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from world.cast import Cast  # noqa: E402
from world.journeys import Journal, play  # noqa: E402
from world.pack import Pack  # noqa: E402
from world.processes import INSPECTOR, OFFICER, World, WorldError  # noqa: E402


def main():
    parser = argparse.ArgumentParser(prog="scripts/run", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--journeys", action="store_true")
    parser.add_argument("--only", default="", metavar="WORDS", help="of the journeys those with these words in their name")
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--no-build", action="store_true", help="use what is built already")
    parser.add_argument("--kiosk-port", type=int, default=8080)
    parser.add_argument("--desk-port", type=int, default=8081)
    parser.add_argument("--pack", default="id-jember")
    parser.add_argument("--village", default="contoh")
    parser.add_argument("--district-modem", action="store_true", help="the district has a modem too, in one network")
    options = parser.parse_args()

    return journeys(options) if options.journeys else stay(options)


def journeys(options):
    print(f"run: the journeys in {options.village}, {options.pack}")
    with tempfile.TemporaryDirectory(prefix="kentongan-") as folder:
        with World(folder, pack=options.pack, village=options.village) as world:
            journal = play(world, Journal(), options.only)
    print(f"\n{journal.passed} steps passed, {journal.failed} failed")
    # Nothing played is nothing shown.
    return 1 if journal.failed or not journal.passed else 0


def stay(options):
    folder = ROOT / "build" / "run"
    if options.fresh and folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    world = World(folder, pack=options.pack, village=options.village, kiosk_port=options.kiosk_port,
                  desk_port=options.desk_port, district_modem=options.district_modem, sms_wait=20)
    cast = Cast(Pack(world.pack, world.village))
    print("run: starting district, box, modem and kiosk")
    with world:
        print(f"""
Kentongan is running. Everyone in it is an example.

  Resident   http://127.0.0.1:{world.ports['kiosk']}/           the touchscreen page; try identity number {cast.identity_number}
  Officer    http://127.0.0.1:{world.ports['desk']}/desk/       sign in as {OFFICER[0]} / {OFFICER[1]}
  Inspector  the same address              {INSPECTOR[0]} / {INSPECTOR[1]}   (reports of illegal levies)
  Phone      scripts/phone {cast.phone(12)} "{cast.pack.keyword('letter')}"    or without a text to go on talking

State, keys and logs: build/run (logs/ has one file per program). Ctrl-C ends everything.
""", flush=True)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            watch(world)
        except KeyboardInterrupt:
            print("\nrun: stopping")
    return 0


def watch(world):
    """Stays until Ctrl-C; a program that ends by itself is said and started again."""
    starts = {"kentongan-district": world.start_district, "kentongan-box": world.start_box,
              "modem-emulator": world.start_emulator, "kentongan-modem": world.start_modem,
              "kentongan-kiosk": world.start_kiosk}
    if world.district_modem:
        starts |= {"district-emulator": world.start_district_emulator, "district-modem": world.start_district_modem}
    while True:
        signal.sigtimedwait([signal.SIGCHLD], 1)
        for program, start in starts.items():
            if not world.alive(program):
                print(f"run: {program} ended; starting it again (see its log)", flush=True)
                start()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except WorldError as problem:
        sys.exit(f"run: {problem}")
