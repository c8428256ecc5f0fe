"""Starts, stops, kills and restarts the programs of one small world."""

import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
OFFICER = ("petugas", "contoh-petugas-2026")
INSPECTOR = ("inspektur", "contoh-inspektur-2026")
START_SECONDS = 30
# The numbers of the emulated network; they belong to nobody.
BOX_NUMBER = "+6280000000090"
DISTRICT_NUMBER = "+6280000000091"


class WorldError(Exception):
    """Something of the world did not start; the message says what and shows the end of its log."""


class World:
    """One district, one box, one modem. `folder` holds all state; `bin` the built programs.

    district_modem: the district has a modem too, in one network with the box's; sms_wait: how many seconds it waits for
    the end of a burst. box_options: more words for kentongan-box.
    """

    def __init__(self, folder, bin=None, pack="id-jember", village="contoh", kiosk_port=0, desk_port=0, datagrams=True,
                 district_modem=False, sms_wait=1, box_options=()):
        self.folder = Path(folder)
        self.bin = Path(bin or os.environ.get("KENTONGAN_BIN_DIR") or ROOT / "build" / "dev" / "bin")
        self.pack = ROOT / "gateway" / "packs" / pack
        self.village = village
        self.wanted = {"kiosk": kiosk_port, "desk": desk_port, "uplink": 0}
        self.processes = {}
        self.ports = {}
        self.datagrams = datagrams  # False: HTTPS alone
        self.district_modem = district_modem
        self.sms_wait = sms_wait
        self.box_options = box_options
        self.authority = self.district_state / "tls.crt"  # whom the box believes; a test may say otherwise
        self.extra_environment = {}  # program name -> variables, for tests

    # --- paths ---------------------------------------------------------------------------------------------

    @property
    def district_state(self):
        return self.folder / "district"

    @property
    def box_state(self):
        return self.folder / "box"

    @property
    def logs(self):
        return self.folder / "logs"

    @property
    def modem_control(self):
        return self.folder / "modem-control.sock"

    @property
    def district_modem_control(self):
        return self.folder / "district-modem-control.sock"

    @property
    def district_modem_socket(self):
        """Where the district serves its modem's worker."""
        return self.folder / "district-modem.sock"

    @property
    def phone_network(self):
        return self.folder / "phones"

    # --- making --------------------------------------------------------------------------------------------

    def prepare(self):
        """Keys, certificate, registration and accounts; done once for a folder."""
        self.logs.mkdir(parents=True, exist_ok=True)
        if (self.box_state / "box.secret").exists():
            return
        self._run("kentongan-district", "init", "--state", self.district_state)
        self.enrol_box()
        for name, role in ((OFFICER, "officer"), (INSPECTOR, "inspectorate")):
            self._run("kentongan-district", "add-officer", "--state", self.district_state, "--name", name[0],
                      "--role", role, input=name[1] + "\n")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650",
             "-subj", "/CN=Kentongan example district", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
             "-keyout", self.district_state / "tls.key", "-out", self.district_state / "tls.crt"],
            check=True, capture_output=True)
        os.chmod(self.district_state / "tls.key", 0o600)

    def enrol_box(self, box=1):
        """As a technician and a clerk do it, files and fingerprints carried between them."""
        invited = dict(line.split(" ", 1) for line in self._run(
            "kentongan-district", "invite", "--state", self.district_state, "--village", self.village).splitlines())
        asked = self._run("kentongan", "enrol", "request", "--state", self.box_state, "--box", box,
                          "--district", self.district_state / "district.pub", "--code", invited["code"]).splitlines()
        shown = dict(line.split() for line in asked[1:])
        if shown["district"] != invited["fingerprint"]:
            raise WorldError("the district's fingerprint differs")
        welcome = self.district_state / f"box-{box}.welcome"
        self._run("kentongan-district", "enrol", "--state", self.district_state, "--fingerprint", shown["box"],
                  "--welcome", welcome, asked[0])
        self._run("kentongan", "enrol", "accept", "--state", self.box_state, welcome)

    def start(self):
        """Everything, in order; returns when the kiosk answers and the modem is ready."""
        self.prepare()
        self.start_district()
        self.start_box()
        self.start_emulator()
        self.start_modem()
        if self.district_modem:
            self.start_district_emulator()
            self.start_district_modem()
        self.start_kiosk()
        return self

    def start_district(self):
        ports = self._fresh("district.ports")
        # After a restart it must be found where it was.
        uplink = self.ports.get("uplink", self.wanted["uplink"])
        desk = self.ports.get("desk", self.wanted["desk"])
        self._start("kentongan-district", "serve", "--state", self.district_state, "--pack", self.pack,
                    "--desk-pages", ROOT / "kiosk-ui" / "dist" / "desk",
                    "--box-listen", f"127.0.0.1:{uplink}", "--desk-listen", f"127.0.0.1:{desk}", "--desk-plain-http",
                    "--tls-certificate", self.district_state / "tls.crt", "--tls-key", self.district_state / "tls.key",
                    *(["--box-udp-listen", f"127.0.0.1:{self.ports.get('datagrams', 0)}"] if self.datagrams else []),
                    *(["--modem-socket", self.district_modem_socket, "--sms-wait", self.sms_wait] if self.district_modem else []),
                    "--port-file", ports)
        names = ["uplink", "desk", "datagrams"][:3 if self.datagrams else 2]
        for name, line in zip(names, self._wait_for("kentongan-district", lambda: self._lines(ports, len(names)))):
            self.ports[name] = int(line)

    def start_box(self):
        for name in ("kiosk.sock", "modem.sock", "console.sock"):
            self._fresh(name)
        self._start("kentongan-box", "serve", "--state", self.box_state, "--pack", self.pack, "--village", self.village,
                    "--district", f"https://127.0.0.1:{self.ports['uplink']}", "--ca", self.authority,
                    "--kiosk-socket", self.folder / "kiosk.sock", "--modem-socket", self.folder / "modem.sock",
                    "--console-socket", self.folder / "console.sock",
                    *(["--district-udp", f"127.0.0.1:{self.ports['datagrams']}"] if self.datagrams else []),
                    "--poll-seconds", "1", *self.box_options)
        self._wait_for("kentongan-box", lambda: (self.folder / "console.sock").exists())

    def start_emulator(self):
        self._start_emulator("modem-emulator", "modem.tty", self.modem_control, BOX_NUMBER)

    def start_modem(self):
        self._start("kentongan-modem", "--device", self.folder / "modem.tty", "--socket", self.folder / "modem.sock",
                    "--name", "modem0")

    def start_district_emulator(self):
        self._start_emulator("district-emulator", "district-modem.tty", self.district_modem_control, DISTRICT_NUMBER)

    def start_district_modem(self):
        self._start("kentongan-modem", "--device", self.folder / "district-modem.tty",
                    "--socket", self.district_modem_socket, "--name", "district0", called="district-modem")

    def _start_emulator(self, called, link, control, number):
        link = self._fresh(link)
        self._fresh(control.name)
        network = []
        if self.district_modem:
            self.phone_network.mkdir(exist_ok=True)
            network = ["--network", self.phone_network, "--number", number]
        self._start("modem-emulator", "--link", link, "--control", control, *network, called=called)
        self._wait_for(called, lambda: link.is_symlink() and control.exists())

    def start_kiosk(self):
        port = self._fresh("kiosk.port")
        wanted = self.ports.get("kiosk", self.wanted["kiosk"])
        self._start("kentongan-kiosk", "--pages", ROOT / "kiosk-ui" / "dist" / "resident", "--pack", self.pack,
                    "--village", self.village, "--socket", self.folder / "kiosk.sock",
                    "--listen", f"127.0.0.1:{wanted}", "--port-file", port,
                    "--panel-diagonal-in", "7", "--panel-px", "800x480")
        self.ports["kiosk"] = int(self._wait_for("kentongan-kiosk", lambda: self._lines(port, 1))[0])

    # --- ending --------------------------------------------------------------------------------------------

    def kill(self, program, how=signal.SIGKILL):
        """Ends one program at once; how=SIGTERM asks it to end. Returns its exit status."""
        process = self.processes.pop(program)
        process.send_signal(how)
        try:
            return process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    def alive(self, program):
        return program in self.processes and self.processes[program].poll() is None

    def stop(self):
        for program in reversed(list(self.processes)):
            self.kill(program, signal.SIGTERM)

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *_):
        self.stop()

    # --- talking to the emulator ---------------------------------------------------------------------------

    def modem(self, **command):
        """One command to the emulator; its answer."""
        return ask_emulator(self.modem_control, command)

    def modem_of_district(self, **command):
        """The same, to the district's."""
        return ask_emulator(self.district_modem_control, command)

    # --- within --------------------------------------------------------------------------------------------

    def _fresh(self, name):
        path = self.folder / name
        path.unlink(missing_ok=True)
        return path

    @staticmethod
    def _lines(path, count):
        try:
            lines = path.read_text().split()
        except FileNotFoundError:
            return None
        return lines if len(lines) >= count else None

    def _run(self, program, *arguments, input=None):
        done = subprocess.run([str(self.bin / program), *map(str, arguments)], input=input, text=True,
                              capture_output=True, check=False)
        if done.returncode != 0:
            raise WorldError(f"{program} {arguments[0]} failed:\n{done.stderr.strip()}")
        return done.stdout

    def _start(self, program, *arguments, called=None):
        """`called`: its name among the processes, where one program runs twice."""
        called = called or program
        with open(self.logs / f"{called}.log", "ab") as log:
            self.processes[called] = subprocess.Popen(
                [str(self.bin / program), *map(str, arguments)], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                env={**os.environ, **self.extra_environment.get(called, {})}, start_new_session=True)

    def _wait_for(self, program, ready):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            value = ready()
            if value:
                return value
            if self.processes[program].poll() is not None:
                break
            time.sleep(0.02)
        log = (self.logs / f"{program}.log").read_text(errors="replace").strip().splitlines()[-5:]
        raise WorldError(f"{program} did not start:\n" + "\n".join(log))


def ask_emulator(control, command, timeout=60):
    """One line of JSON to the emulator's control socket; its answer as a value."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(timeout)
        connection.connect(str(control))
        connection.sendall(json.dumps(command).encode() + b"\n")
        answer = b""
        while not answer.endswith(b"\n"):
            part = connection.recv(65536)
            if not part:
                break
            answer += part
    return json.loads(answer)
