"""A slow, lossy link between two network namespaces, for measuring what carriers spend on it.

    with Link(shaper_program, rate=9600, rtt_ms=600, loss=0.05, seed=1) as link:
        link.far("nginx", ...)       a process at the district's end; its address is Link.FAR
        link.near("curl", ...)       one at the village's end
        link.counters()              IP bytes and packets of each direction, lost ones included

Needs root and /dev/net/tun; why_not() says what is missing. Namespaces have names of their own for each link, so that several can run at
once, and are removed with everything in them.
"""

import json
import os
import secrets
import signal
import subprocess
from pathlib import Path

def why_not():
    """None where a link can be made; else the reason in words."""
    if not Path("/dev/net/tun").exists():
        return "no /dev/net/tun: not measured"
    if os.geteuid() != 0:
        return "not root, so no network namespaces: not measured"
    name = f"kt-try-{secrets.token_hex(3)}"
    if subprocess.run(["ip", "netns", "add", name], capture_output=True).returncode != 0:
        return "no network namespaces: not measured"
    try:
        os.close(os.open("/dev/net/tun", os.O_RDWR))
    except OSError:
        return "no /dev/net/tun: not measured"
    finally:
        subprocess.run(["ip", "netns", "del", name], capture_output=True)
    return None


class Link:
    NEAR = "10.79.0.1"
    FAR = "10.79.0.2"

    def __init__(self, shaper, rate=9600, rtt_ms=600, loss=0.0, seed=1, fifo=20000):
        self.shaper = str(shaper)
        self.options = ["--rate", str(rate), "--delay-ms", str(rtt_ms / 2), "--loss", str(loss), "--seed", str(seed),
                        "--fifo", str(fifo)]
        name = f"kt-{secrets.token_hex(4)}"
        self.names = {"near": f"{name}-near", "far": f"{name}-far"}
        self.process = None
        self.started = []

    def __enter__(self):
        try:
            for name in self.names.values():
                ip("netns", "add", name)
                # Neighbour discovery is no part of any carrier, and no connection learns from the one before.
                for key in ("ipv6/conf/all/disable_ipv6", "ipv6/conf/default/disable_ipv6", "ipv4/tcp_no_metrics_save"):
                    self._run(name, "sh", "-c", f"echo 1 > /proc/sys/net/{key}")
                ip("-n", name, "link", "set", "lo", "up")
            self.process = subprocess.Popen([self.shaper, self.names["near"], self.names["far"], *self.options],
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            if not self.process.stdout.readline():
                raise RuntimeError("the link's shaper did not start")
            for side, own, other in (("near", self.NEAR, self.FAR), ("far", self.FAR, self.NEAR)):
                ip("-n", self.names[side], "addr", "add", own, "peer", other, "dev", "link0")
                ip("-n", self.names[side], "link", "set", "link0", "up", "mtu", "1500")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in reversed(self.started):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(timeout=5)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        if self.process:
            self.process.stdin.close()
            self.process.wait(timeout=10)
        for name in self.names.values():
            subprocess.run(["ip", "netns", "del", name], capture_output=True)

    # --- programs at both ends ---------------------------------------------------------------------------------

    def far(self, *words, **options):
        """Starts a process at the district's end; ended with the link."""
        return self._start("far", words, options)

    def near(self, *words, **options):
        return self._start("near", words, options)

    def run_near(self, *words, **options):
        """Runs a program at the village's end to its end."""
        return subprocess.run(self._words("near", words), **options)

    def run_far(self, *words, **options):
        return subprocess.run(self._words("far", words), **options)

    # --- the link itself -----------------------------------------------------------------------------------------

    def counters(self):
        return self._ask("counters")

    def reset(self):
        return self._ask("reset")

    def cut(self):
        return self._ask("cut")

    def join(self):
        return self._ask("join")

    def total_bytes(self):
        """IP bytes of both directions since the last reset()."""
        now = self.counters()
        return now["up_bytes"] + now["down_bytes"]

    def _ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def _words(self, side, words):
        return ["ip", "netns", "exec", self.names[side], *map(str, words)]

    def _start(self, side, words, options):
        process = subprocess.Popen(self._words(side, words), **options)
        self.started.append(process)
        return process

    def _run(self, name, *words):
        subprocess.run(["ip", "netns", "exec", name, *words], check=True, capture_output=True)


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True)
