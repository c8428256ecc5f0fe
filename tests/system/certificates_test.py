#!/usr/bin/env python3
"""Whom the box believes: a district that cannot show a certificate of the right authority and name gets nothing.

What was accepted meanwhile waits in the queue, and goes out by itself when the right certificate is there.
"""

import os
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from world.journeys import LETTER_ANSWERS
from world.people import Officer, Resident, until
from world.processes import OFFICER, World

HERE = "IP:127.0.0.1,DNS:localhost"
ELSEWHERE = "IP:192.0.2.1,DNS:elsewhere.example"
REFUSED = "box.exchange_failed error=denied where=uplink.certificate"


class Authority:
    """One that signs certificates, with openssl's own commands."""

    def __init__(self, folder, name):
        self.folder = folder / name
        self.folder.mkdir()
        self.certificate = self.folder / "ca.crt"
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                      "-subj", f"/CN=Example authority {name}", "-keyout", "ca.key", "-out", "ca.crt")

    def sign(self, names, certificate, key):
        (self.folder / "names").write_text(f"subjectAltName={names}\n")
        self._openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=district",
                      "-keyout", "leaf.key", "-out", "leaf.csr")
        self._openssl("x509", "-req", "-in", "leaf.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-set_serial", "2", "-days",
                      "30", "-extfile", "names", "-out", "leaf.crt")
        certificate.write_bytes((self.folder / "leaf.crt").read_bytes())
        key.write_bytes((self.folder / "leaf.key").read_bytes())
        os.chmod(key, 0o600)

    def _openssl(self, *words):
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)


class Certificates(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="kentongan-")
        self.addCleanup(folder.cleanup)
        self.world = World(folder.name, datagrams=False)
        self.addCleanup(self.world.stop)
        self.world.prepare()
        self.right = Authority(Path(folder.name), "right")
        self.foreign = Authority(Path(folder.name), "foreign")
        self.world.authority = self.right.certificate

    def show(self, authority, names):
        """The district's service with such a certificate, where it was before."""
        if "kentongan-district" in self.world.processes:
            self.world.kill("kentongan-district")
        authority.sign(names, self.world.district_state / "tls.crt", self.world.district_state / "tls.key")
        self.world.start_district()

    def refusals(self):
        return (self.world.logs / "kentongan-box.log").read_text().count(REFUSED)

    def heard_of_the_box(self):
        database = self.world.district_state / "district.db"
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as district:
            return district.execute("SELECT last_contact FROM box").fetchone()[0]

    def nothing_goes_to(self, authority, names):
        self.show(authority, names)
        self.world.start_box()
        self.world.start_kiosk()
        resident = Resident(self.world.ports["kiosk"])
        accepted = resident.submit("domisili", LETTER_ANSWERS)
        # Refused, tried again, refused again: the box does not grow tired of asking who that is.
        until(lambda: self.refusals() >= 2 or resident.health()["waiting"] == 0, "a certificate refused twice")
        self.assertEqual(resident.health()["waiting"], 1, "it went to a stranger")
        self.assertEqual(Officer(self.world.ports["desk"], *OFFICER).cases(open=0)["total"], 0)
        self.assertEqual(self.heard_of_the_box(), 0)

        self.show(self.right, HERE)
        until(lambda: resident.health()["waiting"] == 0, "an empty queue with the right certificate")
        officer = Officer(self.world.ports["desk"], *OFFICER)
        self.assertEqual(officer.find(accepted["code"])["state"], "diterima")
        self.assertEqual(officer.cases(open=0)["total"], 1)
        self.assertGreater(self.heard_of_the_box(), 0)

    def test_a_foreign_authority(self):
        self.nothing_goes_to(self.foreign, HERE)

    def test_another_name(self):
        self.nothing_goes_to(self.right, ELSEWHERE)


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
