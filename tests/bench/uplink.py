"""What a request costs on a thin link, by the ways others go and by ours, side by side through the same shaper.

IP bytes are counted both ways. The link: 9.6 kbit/s, 600 ms round trip, 20 kB FIFO, loss after air time. Others send LETTER as a web form,
100 times. HTTPS with a new connection each takes ten minutes for that, so SAMPLE are sent and the time is multiplied, and the
output says so.
"""

import shutil
import subprocess
import time
from pathlib import Path

from bench.link import Link, why_not

# What a resident's letter is as a web form: service, identity number, name, address, phone, purpose. All invented.
LETTER = ("service=domisili&identity_number=3509275203850000&name=Siti+Contoh+Rahayu&hamlet=Krajan+Lor&rt=03&rw=01"
          "&village=Contoh&phone=%2B6280000000012&purpose=Keperluan+pembukaan+rekening+bank+dan+pendaftaran+sekolah+anak"
          "&language=id&consent=id-2026-11")
REQUESTS = 100
SAMPLE = 5            # HTTPS requests really sent at 9.6 kbit/s
RATE = 9600
RTT_MS = 600
LOSSES = (0, 5, 20, 30)
# Least IP bytes that 100 sealed letters take by UDP: 97 bytes each, five in a datagram. The limit is their time on the air.
LEAST_BYTES = 20 * (28 + 5) + REQUESTS * (1 + 97)


def limit_seconds(loss_percent, least_bytes=LEAST_BYTES):
    """The link's own limit: nothing can bring 100 letters faster."""
    return least_bytes / (1 - loss_percent / 100) * 8 / RATE + RTT_MS / 1000


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


def ours(shaper, bin, folder):
    """Our carriers with the real programs. To give: uplink.bytes_per_request, uplink.time_over_limit_{0,5,20,30},
    uplink.window10s_{5,30}, https.time_over_limit_{0,5}; the limit is limit_seconds()."""
    del shaper, bin, folder
    print("bench: uplink: the box does not speak UDP yet: figures of our own not measured")
    return {}


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
