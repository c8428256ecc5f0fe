"""Makes the system that the machine boots: Debian 12 as anybody installs it, and one shell for the test.

Made once and kept in build/machine; a run works on an overlay of it and never changes it.
"""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
# What the test needs, and the libraries of our programs as a package would name them.
PACKAGES = ("systemd", "systemd-sysv", "udev", "dbus", "kmod", "linux-image-amd64", "initramfs-tools", "zstd", "curl", "openssl",
            "procps", "libsodium23", "libsqlite3-0", "libmicrohttpd12", "libcurl4", "libgammu8", "libyaml-0-2", "libzstd1")
GUEST = {"machine-shell": "usr/local/sbin/machine-shell", "machine-shell.service": "etc/systemd/system/machine-shell.service"}
IMAGE_SIZE = "3G"


class Missing(Exception):
    """Something that this machine lacks; the message says what to do."""


def _run(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        raise Missing(f"{command[0]} failed ({done.returncode}):\n{(done.stdout + done.stderr)[-2000:]}")
    return done.stdout


def _digest(*parts):
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _mirror():
    """Where this machine gets its own Debian from."""
    if os.environ.get("KENTONGAN_DEBIAN_MIRROR"):
        return os.environ["KENTONGAN_DEBIAN_MIRROR"]
    for source in [Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*"))]:
        for line in source.read_text().splitlines() if source.is_file() else ():
            words = line.split()
            if words[:1] == ["URIs:"] and words[1].rstrip("/").endswith("/debian"):
                return words[1]
            if words[:1] == ["deb"] and len(words) > 2:
                where = next((word for word in words[1:] if "://" in word), "")
                if where.rstrip("/").endswith("/debian"):
                    return where
    return "http://deb.debian.org/debian"


def _tree(cache, say):
    """A folder with the system; debootstrap fills it once."""
    tree, stamp = cache / "tree", cache / "tree.is"
    wanted = _digest(PACKAGES)
    if stamp.exists() and stamp.read_text() == wanted:
        return tree
    if os.geteuid() != 0:
        raise Missing("debootstrap wants root: run scripts/test-machine as root")
    say("fetching Debian 12 (once; some minutes, 250 MB)")
    stamp.unlink(missing_ok=True)
    shutil.rmtree(tree, ignore_errors=True)
    cache.mkdir(parents=True, exist_ok=True)
    _run("debootstrap", "--variant=minbase", "--include=" + ",".join(PACKAGES), "bookworm", tree, _mirror())
    shutil.rmtree(tree / "var/cache/apt/archives", ignore_errors=True)
    stamp.write_text(wanted)
    return tree


def system(cache, say):
    """The image, the kernel and its first RAM disk."""
    tree = _tree(cache, say)
    image, stamp = cache / "system.ext4", cache / "system.is"
    wanted = _digest(PACKAGES, [(HERE / "guest" / name).read_text() for name in GUEST], IMAGE_SIZE, Path(__file__).read_text())
    if not (stamp.exists() and stamp.read_text() == wanted):
        say("making the disk image")
        stamp.unlink(missing_ok=True)
        for name, where in GUEST.items():
            (tree / where).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(HERE / "guest" / name, tree / where)
        (tree / "etc/hostname").write_text("mesin\n")
        # The district under a name, as a box knows it: the resolver runs under the box's permits too.
        (tree / "etc/hosts").write_text("127.0.0.1 localhost kabupaten.example\n::1 localhost\n")
        (tree / "etc/fstab").write_text("/dev/vda / ext4 errors=remount-ro 0 1\n")
        (tree / "etc/machine-id").write_text("")
        (tree / "var/log/journal").mkdir(exist_ok=True)
        _run("systemctl", f"--root={tree}", "enable", "machine-shell.service")
        _run("systemctl", f"--root={tree}", "mask", "apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer",
             "e2scrub_all.timer", "fstrim.timer", "serial-getty@ttyS0.service", "getty@tty1.service")
        image.unlink(missing_ok=True)
        _run("mkfs.ext4", "-q", "-d", tree, image, IMAGE_SIZE)
        stamp.write_text(wanted)
    boot = tree / "boot"
    return image, next(boot.glob("vmlinuz-*")), next(boot.glob("initrd.img-*"))


def installed(build, folder, say):
    """`cmake --install` into a folder of its own, as a packager does; packed for the machine. Returns the archive."""
    say("cmake --install")
    stage = folder / "stage"
    _run("cmake", "--install", build, "--prefix", "/usr", "--strip", env={**os.environ, "DESTDIR": str(stage)})
    archive = folder / "install.tar"
    _run("tar", "--owner=0", "--group=0", "-C", stage, "-cf", archive, "usr")
    shutil.rmtree(stage)
    return archive
