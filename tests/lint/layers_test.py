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
    "third party outside its adapter": ("adapters/https/a.cpp", "#include <sqlite3.h>"),
    "third party in the core": ("box/a.cpp", "#include <sodium.h>"),
    "a thread in the core": ("dialogue/a.cpp", "#include <thread>"),
    "a file in the core": ("domain/a.cpp", "  #  include <fstream>"),
    "a program in another": ("apps/box/a.cpp", '#include "apps/kiosk/api.hpp"'),
    "third party without an owner": ("adapters/https/a.cpp", "#include <openssl/ssl.h>"),
    "a test's header": ("adapters/https/b.cpp", "#include <catch2/catch.hpp>"),
    "a lock in the core": ("wire/a.cpp", "#include <shared_mutex>"),
    "a future in the core": ("district/a.cpp", "#include <future>"),
    "printing in the core": ("box/b.cpp", "#include <cstdio>"),
    "a clock of the system in the core": ("box/c.cpp", "#include <sys/time.h>"),
    "another suffix": ("domain/x.cc", "#include <sodium.h>"),
    "an inline file": ("domain/x.ipp", "#include <thread>"),
    "no room": ("base/a.cpp", '#include "elsewhere/a.hpp"'),
}


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
        for path, line in (("box/a.cpp", '#include "wire/seal.hpp"'), ("wire/a.cpp", "#include <sodium.h>"),
                           ("adapters/sqlite/a.cpp", "#include <sqlite3.h>"), ("wire/b.hpp", '#include "domain/request.hpp"'),
                           ("apps/box/a.cpp", '#include "apps/box/service.hpp"'), ("adapters/posix/a.cpp", "#include <sys/stat.h>"),
                           ("base/log.cpp", "#include <cstdio>"), ("wire/c.cpp", "#include <cerrno>")):
            with self.subTest(path):
                self.assertEqual(self.check(path, line).returncode, 0)


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=1))
