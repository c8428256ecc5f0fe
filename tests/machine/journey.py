"""What is done with the machine, chapter after chapter, as docs/technician.md tells a technician to do it."""

import re
import secrets
import time

from machine import Gone, MachineError
from people import MachineOfficer, MachineResident
from stick import Stick
from world.journeys import LETTER_ANSWERS
from world.pack import Pack
from world.people import Phone
from world.processes import OFFICER, ROOT

BOX_SIDE = ("kentongan-box", "kentongan-kiosk")
SERVERS = ("kentongan-district", *BOX_SIDE)
MODEM = "kentongan-modem@ttyUSB0"
BOX_NUMBER = 7
# A district's side of the same plug: no rule there, a person mounts the stick.
NO_RULE = "/run/udev/rules.d/90-kentongan-stick.rules"
D = "runuser -u kentongan-district -- kentongan-district"
B = "runuser -u kentongan-box -- kentongan"
# What the chapters do to them, in their words: no district, a silent modem, one that was pulled out, a box that was killed.
EXPECTED = ("box.exchange_failed", "box.no_datagrams", "box.modem_left", "kiosk.box_away", "modem.box_gone", "modem.lost", "modem.not_there",
            "modem.unplugged", "modem.worker_ended", "the stick was pulled out")
PACK = Pack(ROOT / "gateway" / "packs" / "id-jember", "contoh")
REFUSED = "journalctl --no-pager -o cat | grep -E '^(SECCOMP|AVC) '"
BOX_CONF = """KENTONGAN_PACK=id-jember
KENTONGAN_VILLAGE=contoh
KENTONGAN_DISTRICT=https://kabupaten.example:8443
KENTONGAN_BOX_OPTIONS="--district-udp kabupaten.example:8443"
KENTONGAN_KIOSK_OPTIONS=--panel-diagonal-in 7 --panel-px 800x480
"""


def play(machine, emulator, folder, say):
    story = Story(machine, emulator, folder, say)
    for chapter in (story.install, story.enrol, story.boot_by_itself, story.permits, story.request_and_answer, story.modem,
                    story.stick_there_and_back, story.stick_before_the_box, story.stick_pulled_out, story.killed, story.power_cut,
                    story.wrong_clock, story.nothing_was_refused):
        say(chapter.__doc__.splitlines()[0])
        chapter()
    return story.steps


class Story:
    def __init__(self, machine, emulator, folder, say):
        self.machine, self.emulator, self.folder, self.say = machine, emulator, folder, say
        self.steps = 0
        self.killed_before = 0  # restarts that this boot has seen on purpose

    def step(self, what, shown=""):
        self.steps += 1
        self.say(f"  ok {what}" + (f": {shown}" if shown else ""))

    def expect(self, condition, what, shown=""):
        if not condition:
            raise MachineError(f"{what}: {shown}")
        self.step(what, shown)

    # --- chapters ------------------------------------------------------------------------------------------

    def install(self):
        """A fresh Debian 12 boots, and what cmake --install made is put on it"""
        m = self.machine
        m.boot()
        m.run("tar -xf /dev/vdb -C / --no-same-owner && systemd-sysusers && systemd-tmpfiles --create && systemctl daemon-reload "
              "&& udevadm control --reload")
        lacking = m.run("for p in kentongan kentongan-box kentongan-kiosk kentongan-modem kentongan-district; do ldd /usr/bin/$p; done "
                        "| grep 'not found' || true")
        self.expect(not lacking, "each program finds its libraries", lacking.strip())
        m.run("test ! -e /usr/bin/kentongan-sim && test ! -e /usr/bin/modem-emulator")
        said = m.run("cd /usr/lib/systemd/system; systemd-analyze verify kentongan-box.service kentongan-kiosk.service "
                     "kentongan-district.service 2>&1 | grep kentongan || true; kentongan pack check /usr/share/kentongan/packs/id-jember")
        self.step("units and pack are understood", said.strip())
        # In this machine a refused system call is no error that a program may overlook: it ends the program, and is in the
        # journal. Nothing else of the units is changed.
        m.run("for unit in box kiosk district modem@ stick@; do install -d /etc/systemd/system/kentongan-$unit.service.d; "
              "printf '[Service]\\nSystemCallErrorNumber=kill\\n' > /etc/systemd/system/kentongan-$unit.service.d/refused.conf; done; "
              "systemctl daemon-reload")

        # A district's machine has the rule too; whatever else is plugged in there is nobody's business.
        stick = Stick(self.folder / "elsewhere.img", True)
        m.plug_stick(stick.path)
        m.until("journalctl -b --no-pager -o cat | grep -E 'Kentongan stick sda1'", "the stick's unit is asked for", 120)
        m.until("test -z \"$(systemctl list-jobs --no-legend | grep kentongan)\"", "the stick's unit has ended", 120)
        said = self.machine.run("journalctl -b --no-pager -o cat | grep -E 'Kentongan stick|kentongan-stick|^kentongan:' | sort -u")
        m.pull()
        self.expect("unmet condition" in said and "Starting" not in said, "a machine that is no box leaves a stick alone", said.strip())

    def enrol(self):
        """District and box as the technician's manual says"""
        m = self.machine
        m.run(f"""
            install -d -m 0755 /etc/kentongan
            install -d -o kentongan-district -g kentongan-district -m 0700 /var/lib/kentongan-district
            {D} init --state /var/lib/kentongan-district
            echo '{OFFICER[1]}' | {D} add-officer --state /var/lib/kentongan-district --name {OFFICER[0]} --role officer
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj '/CN=Kentongan example district' \
              -addext 'subjectAltName=DNS:kabupaten.example' -keyout /etc/kentongan/tls.key -out /etc/kentongan/tls.crt 2>/dev/null
            chmod 0600 /etc/kentongan/tls.key
            echo 'KENTONGAN_PACK=id-jember' > /etc/kentongan/district.conf
            systemctl enable --now kentongan-district""")
        invited = dict(line.split(" ", 1) for line in m.run(
            f"{D} invite --state /var/lib/kentongan-district --village contoh").splitlines())
        asked = m.run(f"""
            install -d -o kentongan-box -g kentongan-box -m 0700 /var/lib/kentongan-box
            install -m 0644 /var/lib/kentongan-district/district.pub /tmp/district.pub
            {B} enrol request --state /var/lib/kentongan-box --district /tmp/district.pub --code {invited['code'].strip()} --box {BOX_NUMBER}
            """).splitlines()
        shown = dict(line.split() for line in asked[1:])
        self.expect(shown["district"] == invited["fingerprint"].strip(), "both show the same fingerprint")
        said = m.run(f"""
            install -m 0644 {asked[0]} /tmp/enrolment.request
            {D} enrol --state /var/lib/kentongan-district --fingerprint {shown['box']} --welcome /tmp/welcome /tmp/enrolment.request
            chmod 0644 /tmp/welcome
            {B} enrol accept --state /var/lib/kentongan-box /tmp/welcome""")
        self.expect(f"box {BOX_NUMBER} enrolled" in said, "the box is enrolled", said.strip().splitlines()[-1])
        m.run(f"""
            install -m 0644 /etc/kentongan/tls.crt /etc/kentongan/district-ca.pem
            cat > /etc/kentongan/box.conf <<'BOX'\n{BOX_CONF}BOX
            systemctl enable --now kentongan-box kentongan-kiosk
            systemctl enable {MODEM}""")
        self.step("district, box and kiosk are enabled; a modem too, which is not there yet")

    def boot_by_itself(self):
        """After a restart everything runs by itself, each as its own user"""
        m = self.machine
        m.shut_down()
        m.boot()
        self.all_run()
        for unit in SERVERS:
            users = m.run(f"ps -o user:32= --pid $(systemctl show -P MainPID {unit})").split()
            self.expect(users == [unit], f"{unit} runs as its own user", " ".join(users))
        self.expect(m.try_run(f"systemctl is-active {MODEM}")[1].strip() == "inactive", "the modem's unit waits for its device")
        m.until("ls /run/kentongan/*/box.sock", "the box's sockets", 120)
        sockets = m.run("stat -c '%a %U:%G %n' /run/kentongan/*/box.sock").splitlines()
        self.expect(sockets == [f"660 kentongan-box:kentongan-{group} /run/kentongan/{group}/box.sock"
                                for group in ("console", "kiosk", "modem")], "each socket is its group's", "; ".join(sockets))

    def permits(self):
        """What systemd thinks of the units as they run"""
        m = self.machine
        for unit in (*SERVERS, MODEM, "kentongan-stick@sda1"):
            said = m.run(f"systemd-analyze security --no-pager {unit} | grep 'Overall exposure'")
            exposure = re.search(r": ([\d.]+)", said)[1]
            self.expect(float(exposure) <= 1.5, f"exposure of {unit}", exposure)
        # The control: a program under the box's filter that asks for more.
        said = m.try_run("systemd-run --wait -q -p 'SystemCallFilter=@system-service' -p 'SystemCallFilter=~@privileged @resources @keyring' "
              "-p SystemCallErrorNumber=kill chrt -f 1 true")[1]
        m.until(f"{REFUSED} | grep -q 'comm=\"chrt\"'", f"a refused call is in the journal ({said.strip()})", 60)
        self.step("a refused system call would be seen")

    def request_and_answer(self):
        """A request goes from the touchscreen to the desk, and its state comes back"""
        m = self.machine
        self.officer = self.until(self.log_in, "the district answers")
        # Both start at once here, and a box that hears nothing leaves datagrams alone for ten minutes: it starts anew.
        m.run("systemctl restart kentongan-box")
        self.resident = self.until(lambda: MachineResident(m), "the kiosk answers")
        cursor, before = self.cursor(), self.datagrams()
        code = self.submit()
        case = self.arrives(code)
        self.officer.move(case, "diperiksa")
        self.until(lambda: self.resident.status(code)["state"] == "diperiksa", "the new state at the kiosk")
        self.step("the state comes back to the kiosk")
        said = m.run(f"journalctl --after-cursor='{cursor}' -u kentongan-box -o cat --no-pager")
        self.expect("box.exchange_failed" not in said and "box.no_datagrams" not in said, "no exchange failed", said.strip())
        self.expect(self.datagrams() > before, "it went by datagrams", f"{self.datagrams() - before} of them")
        said = m.run("journalctl -u kentongan-box -o cat --no-pager")
        self.expect("box.memory_not_locked" not in said, "the box's memory is locked")

    def modem(self):
        """A modem is plugged in, first one that is silent, then one with a network"""
        m = self.machine
        m.plug_modem(None)
        m.until(f"journalctl -b -u {MODEM} -o cat --no-pager | grep -q modem.not_there", "the modem's unit starts and finds nothing", 300)
        # Between two tries there is no child for a moment.
        users = m.until(f"p=$(systemctl show -P MainPID {MODEM}); u=$(ps -o user:32= --ppid $p --pid $p); echo $u; test $(wc -w <<<$u) = 2",
                        "the modem's program has a child", 60).split()
        self.expect(users == ["kentongan-modem"] * 2, "it runs as its own user, the driver in a child", " ".join(users))
        before, start = int(m.run(f"systemctl show -P CPUUsageNSec {MODEM}")), time.monotonic()
        m.run("sleep 20")  # what is measured is how little happens
        used = (int(m.run(f"systemctl show -P CPUUsageNSec {MODEM}")) - before) / 1e9 / (time.monotonic() - start)
        self.expect(used < 0.1, "with a silent modem it uses little", f"{used:.1%} of an emulated core")
        m.pull("modem")
        m.until(f"test $(systemctl is-active {MODEM}) = inactive", "pulled out, its unit ends", 120)
        cursor = self.cursor()
        m.plug_modem(self.emulator.device)
        m.until(f"journalctl --after-cursor='{cursor}' -u {MODEM} -o cat --no-pager | grep -q modem.ready", "plugged in again, it is ready", 300)
        self.step("pulled out it ends, plugged in it is ready")
        phone = Phone(self.emulator.control, PACK.phone(12).e164)
        phone.send("8")
        reply = phone.receive(240)
        self.expect("1 Surat\n" in reply, "a text message is answered", reply.splitlines()[0])
        self.all_run()

    def stick_there_and_back(self):
        """A village without a link: sticks with a partition table and without one, there and back"""
        self.machine.run("systemctl stop kentongan-district")
        export, codes = 0, []
        for partitioned in (True, False):
            stick = Stick(self.folder / f"stick-{partitioned}.img", partitioned)
            kind = "a stick with a partition" if partitioned else "a stick without a partition table"
            codes += [self.submit() for _ in range(2)]
            export += 1
            self.stick_at_box(stick, kind, f"box {BOX_NUMBER}, export {export}: 2 requests in 1 files")
            self.expect(len(stick.names()) == 2, f"{kind} holds the export", ", ".join(stick.names()))
            self.expect(self.waiting() == 2, "an export retires nothing")
            self.stick_at_district(stick, "2 new requests")
            self.stick_at_box(stick, kind, f"answer to export {export}: 2 requests are at the district")
            export += 1  # after the answer the unit exports at once, though nothing waits
            self.expect(self.waiting() == 0, "the answer retires them")
        self.district_again(codes)

    def stick_before_the_box(self):
        """A stick is plugged in while the box is still starting"""
        m = self.machine
        m.run("systemctl stop kentongan-box")
        stick = Stick(self.folder / "impatient.img", True)
        m.plug_stick(stick.path)
        m.until(f"systemctl show -P ActiveState kentongan-stick@{stick.device} | grep -E 'activating|failed'", "the stick's unit starts", 120)
        # Long enough for one that does not wait to give up.
        m.run(f"for i in $(seq 10); do systemctl is-failed -q kentongan-stick@{stick.device} && break; sleep 1; done")
        m.run("systemctl start kentongan-box")
        m.until(f"test $(systemctl show -P ActiveState kentongan-stick@{stick.device}) != activating", "it ends", 120)
        m.pull()
        self.expect(len(stick.names()) == 2, "it waited for the box", ", ".join(stick.names()))

    def stick_pulled_out(self):
        """A stick is pulled out while it is written"""
        m = self.machine
        m.run("systemctl stop kentongan-district")
        code = self.submit()
        stick = Stick(self.folder / "slow.img", True)
        cursor = self.cursor()
        m.plug_stick(stick.path, writes_per_second=1)
        m.until("pgrep -f '^/usr/bin/kentongan usb export'", "its unit begins to write", 300)
        before, deadline = m.writes_of(), time.monotonic() + 300
        while m.writes_of() < before + 2:
            if time.monotonic() > deadline:
                raise MachineError("nothing is written to the slow stick")
            time.sleep(0.1)
        state = m.try_run(f"systemctl is-active kentongan-stick@{stick.device}")[1].strip()
        self.expect(state == "activating", "its unit is writing", state)
        m.pull()
        m.until("test -z \"$(systemctl list-units --no-legend --state=activating,active,deactivating 'kentongan-stick@*')\"",
                "the unit ends when its stick is gone", 120)
        said = self.since(cursor)
        self.expect("Finished" not in said, "it ends without having finished", last_words(said))
        left = m.run("cat /sys/block/loop*/loop/backing_file 2>/dev/null || true; grep -l ' /mnt ' /proc/[0-9]*/mounts 2>/dev/null || true")
        self.expect(not left, "nothing holds the stick that is gone", left)
        self.all_run(BOX_SIDE)
        self.expect(self.waiting() == 1, "nothing is lost")
        self.stick_at_box(stick, "the same stick again", "1 requests in 1 files")
        self.stick_at_district(stick, "1 new requests")
        self.stick_at_box(stick, "and back", "1 requests are at the district")
        self.district_again([code])

    def killed(self):
        """Each program is killed and comes back"""
        m = self.machine
        for unit in (*SERVERS, MODEM):
            m.run(f"systemctl kill -s KILL --kill-who=main {unit}")
            m.until(f"test $(systemctl show -P NRestarts {unit}) = 1 && test $(systemctl is-active {unit}) = active", f"{unit} comes back", 120)
            self.step(f"{unit} comes back")
        self.killed_before = 1
        self.people_again()
        self.arrives(self.submit())

    def power_cut(self):
        """The power goes just after a request was acknowledged"""
        m = self.machine
        m.run("systemctl stop kentongan-district")
        code = self.submit()
        m.cut_power()
        self.killed_before = 0
        stick = Stick(self.folder / "early.img", True)
        m.boot(before=lambda: m.plug_stick(stick.path))
        said = m.until("journalctl -b -u 'kentongan-stick@*' -o cat --no-pager | grep -E '^box 7, export'",
                       "a stick that was in at the start is served", 300)
        self.step("a stick that was in at the start is served", said.strip())
        m.until("test -z \"$(systemctl list-units --no-legend --state=activating 'kentongan-stick@*')\"", "its unit ends", 120)
        m.pull()
        self.all_run()
        self.people_again()
        self.arrives(code)

    def wrong_clock(self):
        """The clock's battery is empty: the machine starts in 2001"""
        m = self.machine
        m.run("journalctl --sync; sync")
        m.cut_power()
        m.boot(clock="2001-01-01T00:00:00", before=lambda: m.plug_modem(self.emulator.device))
        self.all_run()
        self.step("the machine believes", m.run("date +%F").strip())
        self.resident = self.until(lambda: MachineResident(m), "the kiosk answers")
        code = self.submit()
        self.step("a request is taken")
        m.run(f"date -s @{int(time.time())}")
        self.people_again()
        self.arrives(code)
        self.arrives(self.submit())
        self.all_run()

    def nothing_was_refused(self):
        """No program missed a permit in all this"""
        m = self.machine
        refused = m.run(f"{REFUSED} | grep -v 'comm=\"chrt\"' | sort | uniq -c || true")
        self.expect(not refused, "no system call was refused", refused)
        said = m.run("journalctl --no-pager -o cat -u 'kentongan-*'").splitlines()
        said = sorted({line for line in said if re.match(r"(error|warning) |kentongan(-\w+)?: ", line)})
        strange = [line for line in said if not any(word in line for word in EXPECTED)]
        self.expect(not strange, "the programs complained of nothing but what was done to them", "; ".join(strange or said))

    # --- within --------------------------------------------------------------------------------------------

    def all_run(self, units=SERVERS):
        for unit in units:
            self.machine.until(f"test $(systemctl is-active {unit}) = active", f"{unit} runs", 120)
        # What dies at its start comes back a second later: only the count of that shows it.
        restarts = self.machine.run(f"systemctl show -P NRestarts {' '.join(units)}").split()
        self.expect(all(int(count) == self.killed_before for count in restarts), " and ".join(units) + " run",
                    f"restarts {', '.join(restarts)}")

    def until(self, ask, what, seconds=240):
        """Asks until the answer is true, over whatever goes wrong in between."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                problem = value = ask()
                if value:
                    return value
            except Gone:
                raise
            except Exception as error:  # the last one is shown
                problem = error
            if time.monotonic() > deadline:
                raise MachineError(f"not seen within {seconds} s: {what}; last: {problem}")
            time.sleep(0.5)

    def people_again(self):
        """After a restart the page's token and the officer's session are new."""
        self.resident = self.until(lambda: MachineResident(self.machine), "the kiosk is back")
        self.until(lambda: self.waiting() >= 0, "the box is back")
        self.officer = self.until(self.log_in, "the district is back")

    def district_again(self, codes):
        self.machine.run("systemctl start kentongan-district")
        self.officer = self.until(self.log_in, "the district is back")
        for code in codes:
            self.arrives(code)

    def datagrams(self):
        return int(self.machine.run("awk '/^Udp: [0-9]/ { print $2 }' /proc/net/snmp"))

    def log_in(self):
        return MachineOfficer(self.machine, *OFFICER)

    def submit(self):
        return self.resident.submit("domisili", LETTER_ANSWERS, secrets.token_hex(16))["code"]

    def waiting(self):
        return self.resident.health()["waiting"]

    def arrives(self, code):
        case = self.until(lambda: self.officer.find(code), "the request at the desk")
        self.step("a request is at the desk", f"{case['service']}, {case['state']}")
        return case

    def cursor(self):
        return self.machine.run("journalctl --sync; journalctl -n 1 -o cat --show-cursor --no-pager").split("cursor: ")[1].strip()

    def since(self, cursor):
        return self.machine.run(f"journalctl --sync; journalctl --after-cursor='{cursor}' -u 'kentongan-stick@*' -o cat --no-pager")

    def stick_at_box(self, stick, kind, words):
        """Plugged in, served, pulled out when its unit has ended."""
        m = self.machine
        cursor = self.cursor()
        m.plug_stick(stick.path)
        m.until(f"journalctl --after-cursor='{cursor}' -u 'kentongan-stick@*' -o cat --no-pager "
                "| grep -E '^(Finished|Failed to start|Dependency failed for) .*[Ss]tick'", f"{kind} is served", 120)
        said = self.since(cursor)
        self.expect("Finished" in said and words in said, f"{kind} is served", last_words(said))
        m.until("! grep -q ' /mnt ' /proc/mounts", "it is not mounted where others see it", 10)
        m.pull()

    def stick_at_district(self, stick, words):
        m = self.machine
        m.run(f"mkdir -p /run/udev/rules.d && ln -sf /dev/null {NO_RULE} && udevadm control --reload")
        m.plug_stick(stick.path)
        device = m.until("ls /dev/disk/by-id/usb-QEMU* | grep -E '0:0%s$' | head -1 | xargs -r readlink -f | grep ." % ("-part1" if stick.at else ""),
                         "the stick at the district", 120).strip()
        said = m.run(f"mount -o nosuid,nodev,noexec,uid=kentongan-district {device} /mnt; trap 'umount /mnt' EXIT\n"
                     f"{D} usb-import --state /var/lib/kentongan-district --pack /usr/share/kentongan/packs/id-jember /mnt")
        self.expect(words in said, "the district takes it", said.strip())
        m.pull()
        m.run(f"rm {NO_RULE}; udevadm control --reload")


def last_words(text):
    """What the program itself said; systemd's sentences are left out."""
    return " | ".join(line for line in text.splitlines() if re.match(r"box \d|nothing on|the newest|kentongan:|warning|error", line))
