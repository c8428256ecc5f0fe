"""What a request costs on a thin link, by the ways others go and by ours, side by side through the same shaper.

IP bytes are counted both ways. The link: 9.6 kbit/s, 600 ms round trip, 20 kB FIFO, loss after air time. Others send LETTER as a web form,
100 times. HTTPS with a new connection each takes ten minutes for that, so SAMPLE are sent and the time is multiplied, and the
output says so.
"""

import secrets
import shutil
import sqlite3
import statistics
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.link import Link, why_not
from world.people import Resident
from world.processes import ROOT, World

# What a resident's letter is as a web form: service, identity number, name, address, phone, purpose. All invented.
LETTER = ("service=domisili&identity_number=3509275203850000&name=Siti+Contoh+Rahayu&hamlet=Krajan+Lor&rt=03&rw=01"
          "&village=Contoh&phone=%2B6280000000012&purpose=Keperluan+pembukaan+rekening+bank+dan+pendaftaran+sekolah+anak"
          "&language=id&consent=id-2026-11")
REQUESTS = 100
SAMPLE = 5            # HTTPS requests really sent at 9.6 kbit/s
RATE = 9600
RTT_MS = 600
LOSSES = (0, 5, 20, 30)


def limit_seconds(loss_percent, least):
    """The link's own limit: nothing can bring `least` IP bytes faster."""
    return least / (1 - loss_percent / 100) * 8 / RATE + RTT_MS / 1000


def uplink(bin, folder):
    """All figures of `scripts/bench uplink`: name -> number. Missing ones were not measured; why is printed."""
    reason = why_not()
    if reason:
        print(f"bench: uplink: {reason}")
        return {}
    shaper = Path(bin) / "link-shaper"
    folder = Path(folder) / "uplink"
    folder.mkdir()
    certificates(folder)
    out = {}
    out.update(https_each(shaper, folder))
    out.update(mqtt_persistent(shaper, folder))
    out.update(ours(shaper, Path(bin), folder))
    if "uplink.bytes_per_request" in out:
        own = out["uplink.bytes_per_request"]
        out["uplink.ratio_https_each"] = out["uplink.bytes_https_each"] / own
        out["uplink.ratio_mqtt"] = out["uplink.bytes_mqtt_persistent"] / own
    return out


# --- ours: the real programs --------------------------------------------------------------------------------------

SEEDS = 5             # runs of each loss, side by side; the median counts
HTTPS_PORT, UDP_PORT = 8443, 8444
GIVEN = ("Siti", "Budi", "Sri", "Agus", "Dewi", "Joko", "Rahayu", "Slamet", "Wahyuni", "Hariyanto")
SECOND = ("Contoh", "Contoh Rahayu", "Contoh Wibowo", "Contoh Nurhaliza", "Contoh Setiawan", "Contoh Lestari", "Contoh")
PURPOSES = ("bank", "sekolah")


def ours(shaper, bin, folder):
    """100 letters wait in a box; then it gets its link. What passes is counted until the box knows that the last one is
    committed at the district."""
    template = letters_in_a_box(bin, folder)
    least = least_bytes(template)
    runs = [(loss, seed, carrier) for carrier, losses in (("udp", LOSSES), ("https", (0, 5))) for loss in losses
            for seed in range(1, 2 if loss == 0 else SEEDS + 1)]
    with ThreadPoolExecutor(SEEDS) as pool:
        results = list(pool.map(lambda run: bring(shaper, bin, folder, template, *run), runs))
    out = {"uplink.letter_item_bytes": least / REQUESTS}
    for carrier, prefix in (("udp", "uplink"), ("https", "https")):
        for loss in LOSSES:
            some = [result for (at, _, by), result in zip(runs, results) if at == loss and by == carrier]
            if not some:
                continue
            limit = limit_seconds(loss, least)
            out[f"{prefix}.time_over_limit_{loss}"] = statistics.median(one["seconds"] for one in some) / limit
            if carrier == "udp":
                out[f"uplink.window10s_{loss}"] = statistics.median(one["window10s"] for one in some)
            if loss == 0:
                out["uplink.bytes_per_request" if carrier == "udp" else "https.bytes_per_request"] = some[0]["bytes"] / REQUESTS
    return out


def letters_in_a_box(bin, folder):
    """State folders of an enrolled box with 100 letters in its queue and of its district, which has not heard of them."""
    template = folder / "template"
    template.mkdir()
    world = World(template, bin=bin, datagrams=False)
    try:
        world.prepare()
        world.ports["uplink"] = 1  # nobody there
        world.start_box()
        world.start_kiosk()
        resident = Resident(world.ports["kiosk"])
        consent = resident.pack()["consent_version"]
        for n in range(REQUESTS):
            resident.submit("domisili", {
                "identity_number": f"35092752038{n % 10}0000", "name": f"{GIVEN[n % len(GIVEN)]} {SECOND[n % len(SECOND)]}",
                "hamlet": "krajan", "rt": str(1 + n % 9), "rw": str(1 + n % 4), "keperluan": PURPOSES[n % len(PURPOSES)]},
                secrets.token_hex(16), notify_phone=f"+6280000000{n:03d}", consent=consent)
    finally:
        world.stop()
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                    "-subj", "/CN=Contoh district", "-addext", f"subjectAltName=IP:{Link.FAR}", "-keyout",
                    world.district_state / "tls.key", "-out", world.district_state / "tls.crt"], check=True, capture_output=True)
    return template


def least_bytes(template):
    """IP bytes without which these letters cannot be had: the sealed items, five in a datagram, and its headers."""
    with sqlite3.connect(template / "box" / "box.db") as database:
        sealed = [row[0] for row in database.execute("SELECT length(sealed) FROM item WHERE retired_at IS NULL")]
    items = sum(1 + size - 6 for size in sealed)  # a length each; headers are written once for a batch
    return items + -(-items // 512) * (28 + 5)


def bring(shaper, bin, folder, template, loss, seed, carrier):
    own = folder / f"{carrier}-{loss}-{seed}"
    shutil.copytree(template, own, ignore=shutil.ignore_patterns("*.sock", "*.port", "*.ports"))
    with Link(shaper, rate=RATE, rtt_ms=RTT_MS, loss=loss / 100, seed=seed) as link:
        log = open(own / "bench.log", "ab")
        world = World(own, bin=bin)
        link.far(bin / "kentongan-district", "serve", "--state", world.district_state, "--pack", world.pack, "--desk-pages",
                 ROOT / "kiosk-ui" / "dist" / "desk", "--box-listen", f"{Link.FAR}:{HTTPS_PORT}", "--box-udp-listen",
                 f"{Link.FAR}:{UDP_PORT}", "--desk-listen", "127.0.0.1:0", "--desk-plain-http", "--tls-certificate",
                 world.district_state / "tls.crt", "--tls-key", world.district_state / "tls.key", stdout=log, stderr=log)
        wait_until(lambda: listens(link, HTTPS_PORT), "the district")
        link.reset()
        start = time.perf_counter()
        link.near(bin / "kentongan-box", "serve", "--state", world.box_state, "--pack", world.pack, "--village", world.village,
                  "--district", f"https://{Link.FAR}:{HTTPS_PORT}", "--ca", world.district_state / "tls.crt", "--kiosk-socket",
                  own / "kiosk.sock", "--modem-socket", own / "modem.sock", "--poll-seconds", "3600",
                  *(["--district-udp", f"{Link.FAR}:{UDP_PORT}"] if carrier == "udp" else []), stdout=log, stderr=log)
        window, taken = None, None
        while taken is None:
            now = time.perf_counter() - start
            left = waiting(own)
            if window is None and now >= 10:
                window = REQUESTS - left
            if left == 0:
                taken = now
            if now > 300:
                raise RuntimeError(f"{left} letters did not come in 300 s: {own}/bench.log")
            time.sleep(0.05)
        settle(link)
        return {"seconds": taken, "window10s": REQUESTS if window is None else window, "bytes": link.total_bytes()}


def waiting(own):
    with sqlite3.connect(f"file:{own}/box/box.db?mode=ro", uri=True, timeout=5) as database:
        return database.execute("SELECT count(*) FROM item WHERE retired_at IS NULL").fetchone()[0]


# --- certificates ------------------------------------------------------------------------------------------------


def certificates(folder):
    """As a public web server's: a leaf of 2,048 RSA bits under an intermediate that it sends along, and a root that it does not."""
    def openssl(*words):
        subprocess.run(["openssl", *map(str, words)], cwd=folder, check=True, capture_output=True)

    (folder / "ca.ext").write_text("basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign\n"
                                   "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n")
    (folder / "leaf.ext").write_text(f"subjectAltName=IP:{Link.FAR},DNS:layanan.contoh.example\nextendedKeyUsage=serverAuth\n"
                                     "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n")
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/O=Contoh/CN=Contoh Root", "-keyout", "root.key",
            "-out", "root.crt")
    for name, subject, above, extensions in (("middle", "/C=ID/O=Contoh/CN=Contoh R1", "root", "ca.ext"),
                                             ("leaf", "/CN=layanan.contoh.example", "middle", "leaf.ext")):
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", subject, "-keyout", f"{name}.key", "-out", f"{name}.csr")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{above}.crt", "-CAkey", f"{above}.key", "-CAcreateserial", "-days", "30",
                "-extfile", extensions, "-out", f"{name}.crt")
    (folder / "chain.crt").write_text((folder / "leaf.crt").read_text() + (folder / "middle.crt").read_text())
    # The smallest that a server can have: for an honest lower bound beside the usual one.
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj", "/CN=c",
            "-addext", f"subjectAltName=IP:{Link.FAR}", "-keyout", "small.key", "-out", "small.crt")


# --- HTTPS, a new connection each: what a web portal does -----------------------------------------------------------


def nginx_config(folder, certificate, key):
    return f"""
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen {Link.FAR}:443 ssl;
    ssl_certificate {folder}/{certificate}; ssl_certificate_key {folder}/{key};
    ssl_protocols TLSv1.3;
    location / {{ default_type text/plain; return 200 "diterima\\n"; }}
  }}
}}
"""


def https_each(shaper, folder):
    out = {}
    for name, certificate, key, authority in (("", "chain.crt", "leaf.key", "root.crt"),
                                              ("_small_certificate", "small.crt", "small.key", "small.crt")):
        with Link(shaper, rate=RATE, rtt_ms=RTT_MS) as link:
            config = folder / f"nginx{name}.conf"
            config.write_text(nginx_config(folder, certificate, key))
            link.far(shutil.which("nginx") or "/usr/sbin/nginx", "-c", config, stderr=subprocess.DEVNULL)
            wait_until(lambda: listens(link, 443), "nginx")
            link.reset()
            start = time.perf_counter()
            count = SAMPLE if not name else 1
            for _ in range(count):
                link.run_near("curl", "--silent", "--fail", "--tlsv1.3", "--cacert", folder / authority, "--data", LETTER,
                              f"https://{Link.FAR}/surat", check=True, capture_output=True, timeout=120)
            took = time.perf_counter() - start
            settle(link)
            out[f"uplink.bytes_https_each{name}"] = link.total_bytes() / count
            if not name:
                print(f"bench: uplink: {count} HTTPS requests took {took:.1f} s; 100 of them by multiplication")
                out["uplink.time_https_each_s"] = took / count * REQUESTS
    return out


# --- MQTT, one connection for all ---------------------------------------------------------------------------------


def mqtt_persistent(shaper, folder):
    with Link(shaper, rate=RATE, rtt_ms=RTT_MS) as link:
        config = folder / "mosquitto.conf"
        config.write_text(f"listener 8883 {Link.FAR}\nallow_anonymous true\ncertfile {folder}/chain.crt\nkeyfile {folder}/leaf.key\n"
                          "user root\npersistence false\nlog_dest none\n")
        link.far(shutil.which("mosquitto") or "/usr/sbin/mosquitto", "-c", config, stdout=subprocess.DEVNULL,
                 stderr=subprocess.DEVNULL)
        wait_until(lambda: listens(link, 8883), "mosquitto")
        link.reset()
        start = time.perf_counter()
        link.run_near("mosquitto_pub", "-h", Link.FAR, "-p", "8883", "--cafile", folder / "root.crt", "--tls-version", "tlsv1.3",
                      "-q", "1", "-t", "d/7/surat", "-l", input=(LETTER + "\n") * REQUESTS, text=True, check=True, timeout=300)
        took = time.perf_counter() - start
        settle(link)
        return {"uplink.bytes_mqtt_persistent": link.total_bytes() / REQUESTS, "uplink.time_mqtt_persistent_s": took}


# --- small things ----------------------------------------------------------------------------------------------------


def listens(link, port):
    text = link.run_far("cat", "/proc/net/tcp", capture_output=True, text=True).stdout
    return any(line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "0A" for line in text.splitlines()[1:])


def wait_until(done, what, seconds=10):
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise RuntimeError(f"{what} did not start")
        time.sleep(0.05)


def settle(link):
    """Until nothing more passes: the last acknowledgements and farewells are part of the cost."""
    before = -1
    while (now := link.total_bytes()) != before:
        before = now
        time.sleep(2 * RTT_MS / 1000)
