#!/usr/bin/env python3
"""Nothing of one country or of one people is in the code: their words are data, in gateway/packs/.

Takes the words of the Indonesian texts that no English or C++ word resembles, and looks for them in string literals of
the code and in the pages' sources.
"""

import re
import subprocess
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CODE = ("gateway/*.cpp", "gateway/*.hpp", "kiosk-ui/src/*.ts", "kiosk-ui/src/*.tsx")
WORD = re.compile(r"\b(surat|desa|dusun|pungli|pungutan|balas|kembali|selesai|diterima|domisili|kecamatan|petugas|warga|"
                  r"jember|indonesia|rupiah|nik|kepala|permohonan|laporan|aduan)\b", re.IGNORECASE)
LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.){2,}\'|`[^`]*`')


class Words(unittest.TestCase):
    def test_no_country_in_the_code(self):
        files = subprocess.run(["git", "ls-files", *CODE], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
        self.assertGreater(len(files), 20)
        found = []
        for name in files:
            if "/test/" in name or ".test." in name or "/mock/" in name:
                continue
            for number, line in enumerate((ROOT / name).read_text().splitlines(), 1):
                code = line.split("//")[0]
                if any(WORD.search(literal) for literal in LITERAL.findall(code)):
                    found.append(f"{name}:{number}: {line.strip()}")
        self.assertEqual(found, [])


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=1))
