#!/usr/bin/env python3
"""Starts a real small world of each country, and makes one browser journey file against them.

  tests/e2e/real_world.py kiosk.test.mjs
"""

import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "scripts"))

from world.processes import OFFICER, World  # noqa: E402


def start(worlds, **of):
    """Without modem: no browser journey needs one."""
    world = World(worlds.enter_context(tempfile.TemporaryDirectory(prefix="kentongan-")), **of)
    worlds.callback(world.stop)
    world.prepare()
    world.start_district()
    world.start_box()
    world.start_kiosk()
    return world


def main():
    with contextlib.ExitStack() as worlds:
        first = start(worlds)
        second = start(worlds, pack="xq-qamar", village="hilal")
        return subprocess.run(["node", sys.argv[1]], cwd=HERE, check=False, env={
            **os.environ,
            "KENTONGAN_KIOSK_URL": f"http://127.0.0.1:{first.ports['kiosk']}/",
            "KENTONGAN_OTHER_KIOSK_URL": f"http://127.0.0.1:{second.ports['kiosk']}/",
            "KENTONGAN_DESK_URL": f"http://127.0.0.1:{first.ports['desk']}/desk/",
            "KENTONGAN_DESK_USER": OFFICER[0], "KENTONGAN_DESK_PASSWORD": OFFICER[1]}).returncode


if __name__ == "__main__":
    sys.exit(main())
