#!/usr/bin/env python3
"""The box alone: what it hears on each of its sockets, and what it refuses to start with."""

import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from world.people import until
from world.processes import ROOT, World

# docs/formats/local-protocol.md: a length, a type, fields in their order.
ASK_HEALTH, HEALTH, MODEM_HELLO = 3, 7, 8
NOBODY = 1  # a port on which no district listens


def frame(kind, body):
    return struct.pack(">IB", len(body) + 1, kind) + body


def ask_health(call):
    return frame(ASK_HEALTH, struct.pack(">Q", call))


def modem_hello(name):
    return frame(MODEM_HELLO, bytes([len(name)]) + name.encode())


def modem_state():
    return frame(MODEM_HELLO + 1, struct.pack(">BBII", 1, 90, 0, 30))


class Peer:
    """Somebody on a socket of the box."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(10)
        self.socket.connect(str(path))

    def say(self, *frames):
        self.socket.sendall(b"".join(frames))

    def hear(self):
        """The next frame as (type, body), or None when the box has hung up."""
        head = self._exactly(4)
        return None if head is None else (lambda rest: (rest[0], rest[1:]))(self._exactly(struct.unpack(">I", head)[0]))

    def modem_ready(self):
        """What a kiosk is told of the modem."""
        self.say(ask_health(1))
        kind, body = self.hear()
        assert kind == HEALTH, kind
        return struct.unpack(">QIqBB", body)[3] == 1

    def close(self):
        self.socket.close()

    def _exactly(self, size):
        out = b""
        while len(out) < size:
            try:
                part = self.socket.recv(size - len(out))
            except ConnectionResetError:
                part = b""
            except TimeoutError:
                raise AssertionError("the box neither answered nor hung up") from None
            if not part:
                return None
            out += part
        return out


class Box(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="kentongan-")
        self.addCleanup(folder.cleanup)
        self.world = World(folder.name, datagrams=False)
        self.addCleanup(self.world.stop)

    def peer(self, name):
        peer = Peer(self.world.folder / f"{name}.sock")
        self.addCleanup(peer.close)
        return peer

    def test_each_socket_hears_its_own_messages_only(self):
        self.world.prepare()
        self.world.ports["uplink"] = NOBODY
        self.world.start_box()
        log = self.world.logs / "kentongan-box.log"
        bystander = self.peer("kiosk")
        self.assertFalse(bystander.modem_ready())

        # A broken kiosk plays the modem: it is cut off, and no modem came into being.
        for lie in (modem_hello("modem0"), modem_state()):
            kiosk = self.peer("kiosk")
            kiosk.say(lie)
            self.assertIsNone(kiosk.hear())
        self.assertEqual(log.read_text().count("box.message_not_permitted"), 2)
        # Nor with a question of its own in front: that is answered or not, and then it is cut off.
        kiosk = self.peer("kiosk")
        kiosk.say(ask_health(7), modem_hello("modem0"), modem_state())
        while kiosk.hear() is not None:
            pass
        self.assertFalse(bystander.modem_ready())

        # The same words on their own socket are a modem's.
        modem = self.peer("modem")
        modem.say(modem_hello("modem0"), modem_state())
        until(bystander.modem_ready, "a modem")
        # And a modem that asks as a kiosk does is cut off, and is no modem from then on.
        modem.say(ask_health(9))
        self.assertIsNone(modem.hear())
        until(lambda: not bystander.modem_ready(), "no modem")
        self.assertEqual(log.read_text().count("box.message_not_permitted"), 4)

    def refused(self, pack):
        done = subprocess.run(
            [str(self.world.bin / "kentongan-box"), "serve", "--state", str(self.world.folder), "--pack", str(pack),
             "--village", "contoh", "--district", f"https://127.0.0.1:{NOBODY}", "--ca", "/nonexistent",
             "--kiosk-socket", str(self.world.folder / "kiosk.sock"), "--modem-socket",
             str(self.world.folder / "modem.sock")], capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertFalse((self.world.folder / "kiosk.sock").exists())
        return done.stderr

    def test_a_broken_pack_is_refused_with_file_and_line(self):
        self.assertIn('pack.yaml:11: unknown key "colour"\n', self.refused(ROOT / "tests" / "golden" / "pack" / "broken"))

        pack = Path(self.world.folder) / "pack"
        shutil.copytree(self.world.pack, pack)
        village = pack / "villages" / "contoh.yaml"
        village.write_text("colour: red\n" + village.read_text())
        self.assertIn('villages/contoh.yaml:1: unknown key "colour"\n', self.refused(pack))


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
