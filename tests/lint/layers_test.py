#!/usr/bin/env python3
"""scripts/check-layers must see each kind of fault; a checker that sees none would always pass."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PLANTED = {
    "upward": ("domain/a.hpp", '#include "box/box.hpp"'),
    "sideways": ("box/a.hpp", '#include "district/cases.hpp"'),
    "sim and adapters": ("sim/a.hpp", '#include "adapters/sqlite/database.hpp"'),
    "dialogue and wire": ("dialogue/a.hpp", '#include "wire/seal.hpp"'),
    "a program": ("adapters/x/a.hpp", '#include "apps/box/service.hpp"'),
    "a program in a core": ("box/a.hpp", '#include "apps/box/service.hpp"'),
    "another program": ("apps/box/a.cpp", '#include "apps/kiosk/api.hpp"'),
    "another program by a way round": ("apps/box/a.cpp", '#include "apps/box/../kiosk/api.hpp"'),
    "third party outside its adapter": ("adapters/https/a.cpp", "#include <sqlite3.h>"),
    "third party in a program": ("apps/box/a.cpp", "#include <curl/curl.h>"),
    "third party in the core": ("box/a.cpp", "#include <sodium.h>"),
    "third party with another suffix": ("domain/x.cc", "#include <sodium.h>"),
    "third party that nobody owns": ("adapters/https/a.cpp", "#include <openssl/ssl.h>"),
    "the tests' library": ("box/a.cpp", "#include <catch2/catch.hpp>"),
    "a third party's part": ("adapters/x/a.cpp", "#include <sodium/crypto_box.h>"),
    "C's own spelling": ("box/a.cpp", "#include <stdio.h>"),
    "POSIX in the simulation": ("sim/a.cpp", "#include <sys/socket.h>"),
    "ours in angles": ("box/a.cpp", "#include <wire/seal.hpp>"),
    "a name that hides": ("box/a.cpp", "#include SOMETHING"),
    "include_next": ("box/a.cpp", "#include_next <thread>"),
    "no room": ("base/a.cpp", '#include "elsewhere/a.hpp"'),
    "a folder that is no room": ("elsewhere/a.cpp", "#include <vector>"),
    "a file in the core": ("domain/a.cpp", "  #  include <fstream>"),
    **{f"{header} in {room}": (f"{room}/a.cpp", f"#include <{header}>")
       for room in ("base", "domain", "wire", "dialogue", "box", "district")
       for header in ("thread", "shared_mutex", "future", "cstdio", "semaphore", "random", "sys/socket.h", "pthread.h")},
    **{f"a thread in a {suffix}": (f"box/a{suffix}", "#include <thread>")
       for suffix in (".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".hxx", ".inl", ".ipp", ".tpp")},
}
ALLOWED = (
    ("box/a.cpp", '#include "wire/seal.hpp"'), ("wire/a.cpp", "#include <sodium.h>"), ("wire/a.cpp", "#include <zstd.h>"),
    ("wire/a.cpp", "#include <zdict.h>"), ("adapters/sqlite/a.cpp", "#include <sqlite3.h>"),
    ("wire/b.hpp", '#include "domain/request.hpp"'), ("apps/box/a.cpp", '#include "apps/box/service.hpp"'),
    ("apps/box/a.cpp", '#include "adapters/https/uplink.hpp"'), ("apps/box/a.cpp", "#include <sys/signalfd.h>"),
    ("adapters/https/a.cpp", "#include <thread>"), ("box/a.cpp", "#include <chrono>"), ("base/log.cpp", "#include <unistd.h>"),
)


class Layers(unittest.TestCase):
    def check(self, path, line):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / path
            file.parent.mkdir(parents=True)
            file.write_text(line + "\n")
            return subprocess.run([ROOT / "scripts" / "check-layers", folder], capture_output=True, text=True, check=False)

    def test_each_planted_fault_is_named_with_its_line(self):
        for name, (path, line) in PLANTED.items():
            with self.subTest(name):
                done = self.check(path, line)
                self.assertEqual(done.returncode, 1, done.stdout)
                self.assertIn(f"{Path(path).name}:1:", done.stdout)

    def test_what_is_allowed_passes(self):
        for path, line in ALLOWED:
            with self.subTest(f"{path} {line}"):
                done = self.check(path, line)
                self.assertEqual(done.returncode, 0, done.stdout)


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=1))
