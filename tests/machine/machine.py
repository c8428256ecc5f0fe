"""One virtual machine: boots, takes scripts, has sticks and modems plugged in and out, loses its power."""

import base64
import json
import socket
import subprocess
import time

BOOT_SECONDS = 600  # emulated, on a busy machine
SCRIPT_SECONDS = 300


class MachineError(Exception):
    """The machine did not do what it was told; the message shows what it said."""


class Gone(MachineError):
    """QEMU itself has ended; asking again is no use."""


class _Lines:
    """A socket that speaks in lines."""

    def __init__(self, path, seconds):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(seconds)
        self.socket.connect(str(path))
        self.rest = b""

    def send(self, line):
        self.socket.sendall(line.encode() + b"\n")

    def read(self, seconds):
        self.socket.settimeout(seconds)
        while b"\n" not in self.rest:
            part = self.socket.recv(65536)
            if not part:
                raise MachineError("the machine hung up")
            self.rest += part
        line, self.rest = self.rest.split(b"\n", 1)
        return line.decode(errors="replace")

    def close(self):
        self.socket.close()


class Machine:
    """`folder` gets its sockets, its console's text and its disk."""

    def __init__(self, folder, image, kernel, initrd, extra=None):
        self.folder, self.kernel, self.initrd, self.extra = folder, kernel, initrd, extra
        self.disk = folder / "disk.qcow2"
        self.process = None
        self.events = []
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-b", image, "-F", "raw", self.disk], check=True)

    # --- power ---------------------------------------------------------------------------------------------

    def boot(self, clock="utc", before=None):
        """Returns when the shell answers. `clock`: what the machine's clock shows at first, "utc" or a date.
        `before` is called before its first instruction."""
        for name in ("qmp", "shell"):
            (self.folder / name).unlink(missing_ok=True)
        command = ["qemu-system-x86_64", "-machine", "pc", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "1024",
                   "-nodefaults", "-no-user-config", "-display", "none", "-nic", "none", "-no-reboot", "-S", "-rtc", f"base={clock}",
                   "-kernel", self.kernel, "-initrd", self.initrd,
                   # audit=1: what a filter of system calls refuses is in the journal, with the call's number.
                   "-append", "root=/dev/vda rw console=ttyS0 audit=1 audit_backlog_limit=8192 mitigations=off quiet",
                   "-drive", f"file={self.disk},if=none,id=disk", "-device", "virtio-blk-pci,drive=disk",
                   "-device", "qemu-xhci,id=usb", "-device", "virtio-serial-pci", "-object", "rng-random,id=rng,filename=/dev/urandom",
                   "-device", "virtio-rng-pci,rng=rng",
                   "-chardev", f"socket,id=shell,path={self.folder}/shell,server=on,wait=off",
                   "-device", "virtserialport,chardev=shell,name=kentongan.test",
                   "-serial", f"file:{self.folder}/console.log", "-qmp", f"unix:{self.folder}/qmp,server=on,wait=off"]
        if self.extra:
            command += ["-drive", f"file={self.extra},if=virtio,format=raw,readonly=on"]
        with open(self.folder / "qemu.log", "ab") as log:
            self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + BOOT_SECONDS
        self.qmp = self._connect("qmp", deadline)
        self.qmp.read(60)
        self.tell("qmp_capabilities")
        if before:
            before()
        self.tell("cont")
        self.shell = self._connect("shell", deadline)
        try:
            while self.shell.read(max(1, deadline - time.monotonic())) != "ready":
                pass
        except (TimeoutError, MachineError):
            raise MachineError(f"no shell within {BOOT_SECONDS} s; the console's end:\n{self.console()[-2000:]}") from None

    def _connect(self, name, deadline):
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise MachineError("qemu ended:\n" + (self.folder / "qemu.log").read_text()[-2000:])
            try:
                return _Lines(self.folder / name, 60)
            except OSError:
                time.sleep(0.05)
        raise MachineError("qemu does not listen")

    def cut_power(self):
        """At once, whatever it is doing."""
        if self.process and self.process.poll() is None:
            self.process.kill()
        if self.process:
            self.process.wait()
            self.qmp.close()
            self.shell.close()
        self.process = None

    def shut_down(self):
        """In order, as a person does it."""
        try:
            self.try_run("systemctl reboot --no-block")  # qemu ends at a reboot
        except (MachineError, OSError):
            pass  # gone before it could answer
        try:
            self.process.wait(timeout=BOOT_SECONDS)
        except subprocess.TimeoutExpired:
            raise MachineError(f"it does not shut down; the console's end:\n{self.console()[-2000:]}") from None
        self.cut_power()

    def how_it_ended(self):
        """Exit status and last words of QEMU, which tells its own crash from the machine's."""
        try:
            status = f"exit status {self.process.wait(timeout=10)}"
        except subprocess.TimeoutExpired:
            status = "still running, but its shell is gone"
        return f"qemu: {status}; {(self.folder / 'qemu.log').read_text()[-1000:]}; the console's end:\n{self.console()[-1000:]}"

    def console(self):
        return (self.folder / "console.log").read_text(errors="replace")

    # --- inside --------------------------------------------------------------------------------------------

    def try_run(self, script, seconds=SCRIPT_SECONDS):
        """Runs a script as root; its exit status and all it printed."""
        try:
            self.shell.send(f"{seconds} " + base64.b64encode(script.encode()).decode())
            output, status = self.shell.read(seconds + 120).rsplit(" ", 1)
        except TimeoutError:
            raise MachineError(f"no answer within {seconds + 120} s to:\n{script.strip()}") from None
        except (OSError, MachineError):
            raise Gone(self.how_it_ended()) from None
        return int(status), base64.b64decode(output).decode(errors="replace")

    def run(self, script, seconds=SCRIPT_SECONDS):
        """The same, for a script that must succeed; what it printed."""
        status, output = self.try_run("set -e\n" + script, seconds)
        if status != 0:
            raise MachineError(f"exit status {status} of:\n{script.strip()}\nit said:\n{output[-3000:]}")
        return output

    def until(self, script, what, seconds=SCRIPT_SECONDS):
        """Runs a script again until it succeeds; what it printed then."""
        deadline = time.monotonic() + seconds
        while True:
            status, output = self.try_run(script)
            if status == 0:
                return output
            if time.monotonic() > deadline:
                raise MachineError(f"not seen within {seconds} s: {what}; last said:\n{output[-2000:]}")
            time.sleep(0.2)

    # --- devices -------------------------------------------------------------------------------------------

    def tell(self, command, **arguments):
        """One QMP command; its answer. Events that come in between are kept."""
        self.qmp.send(json.dumps({"execute": command, "arguments": {key.replace("_", "-"): value for key, value in arguments.items()}}))
        while True:
            answer = json.loads(self.qmp.read(60))
            if "event" in answer:
                self.events.append(answer)
            elif "error" in answer:
                raise MachineError(f"{command}: {answer['error']['desc']}")
            else:
                return answer["return"]

    def plug_stick(self, image, name="stick", writes_per_second=None):
        """A USB stick with this image. A slow one writes few blocks a second."""
        below = {"driver": "file", "filename": str(image)}
        if writes_per_second:
            self.tell("object-add", qom_type="throttle-group", id=f"{name}-group", limits={"iops-write": writes_per_second})
            below = {"driver": "throttle", "throttle-group": f"{name}-group", "file": below}
        self.tell("blockdev-add", driver="raw", node_name=f"{name}-disk", file=below)
        self.tell("device_add", driver="usb-storage", bus="usb.0", id=name, drive=f"{name}-disk", removable=True)

    def pull(self, name="stick"):
        """Out it goes, whether anything still writes or not."""
        self.tell("device_del", id=name)
        deadline = time.monotonic() + 60
        while not any(event["event"] == "DEVICE_DELETED" and event["data"].get("device") == name for event in self.events):
            if time.monotonic() > deadline:
                raise MachineError(f"{name} does not come out")
            self.tell("query-status")
            time.sleep(0.05)
        self.events.clear()
        known = {node["node-name"] for node in self.tell("query-named-block-nodes")}
        if f"{name}-disk" in known:
            self.tell("blockdev-del", node_name=f"{name}-disk")
            objects = {one["name"] for one in self.tell("qom-list", path="/objects")}
            if f"{name}-group" in objects:
                self.tell("object-del", id=f"{name}-group")
        if name.startswith("modem"):
            self.tell("chardev-remove", id=f"{name}-line")

    def writes_of(self, name="stick"):
        """How many blocks were written to the stick so far."""
        for one in self.tell("query-blockstats"):
            if name in one.get("qdev", ""):
                return one["stats"]["wr_operations"]
        return 0

    def plug_modem(self, terminal, name="modem"):
        """A USB serial adapter whose other end is a pseudo terminal of the host, or nothing."""
        backend = {"type": "serial", "data": {"device": str(terminal)}} if terminal else {"type": "null", "data": {}}
        self.tell("chardev-add", id=f"{name}-line", backend=backend)
        self.tell("device_add", driver="usb-serial", bus="usb.0", id=name, chardev=f"{name}-line", always_plugged=True)
