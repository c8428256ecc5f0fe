"""The modem at the other end of the machine's USB serial adapter."""

import json
import subprocess


class Emulator:
    def __init__(self, program, folder):
        self.control = folder / "modem-control.sock"
        self.process = subprocess.Popen([str(program), "--control", str(self.control)], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, text=True)
        self.device = json.loads(self.process.stdout.readline())["device"]

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)
