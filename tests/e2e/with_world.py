#!/usr/bin/env python3
"""Makes the browser's journeys against real programs: a district, a box, a modem and a kiosk of scripts/world.

  tests/e2e/with_world.py [--pack ID --village ID] TEST.mjs ...

Exits with 77 (skipped) when the programs or pages are not built; otherwise 1 if a journey fails.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from world.processes import OFFICER, World  # noqa: E402

PROGRAMS = ["kentongan-district", "kentongan-box", "kentongan-modem", "kentongan-kiosk", "modem-emulator"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", default="id-jember")
    parser.add_argument("--village", default="contoh")
    parser.add_argument("journeys", nargs="+")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory(prefix="kentongan-e2e-") as folder:
        world = World(folder, pack=options.pack, village=options.village)
        needed = [world.bin / one for one in PROGRAMS] + [ROOT / "kiosk-ui" / "dist" / one for one in ("resident", "desk")]
        for path in needed:
            if not path.exists():
                print(f"skipped: {path} is missing (scripts/build)")
                return 77
        with world:
            environment = dict(
                os.environ,
                KENTONGAN_KIOSK_URL=f"http://127.0.0.1:{world.ports['kiosk']}/",
                KENTONGAN_DESK_URL=f"http://127.0.0.1:{world.ports['desk']}/desk/",
                KENTONGAN_PACK=options.pack,
                KENTONGAN_DESK_USER=OFFICER[0],
                KENTONGAN_DESK_PASSWORD=OFFICER[1],
            )
            failed = 0
            for journey in options.journeys:
                done = subprocess.run(["node", str(HERE / journey)], env=environment, check=False)
                if done.returncode == 77:
                    return 77
                failed += done.returncode != 0
            return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
