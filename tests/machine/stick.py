"""A stick's image, made and read on the host without mounting it."""

import subprocess

SIZE = 64 * 1024 * 1024
FIRST = 1024 * 1024  # where the partition begins, if there is one


class Stick:
    """A new FAT stick: one partition, or, as some are sold, none at all."""

    def __init__(self, path, partitioned):
        self.path = path
        self.at = FIRST if partitioned else 0
        with open(path, "wb") as image:
            image.truncate(SIZE)
            if partitioned:
                # One entry: FAT32 (LBA), from FIRST to the end.
                image.seek(446)
                image.write(bytes([0, 254, 255, 255, 0x0C, 254, 255, 255]) + (FIRST // 512).to_bytes(4, "little")
                            + ((SIZE - FIRST) // 512).to_bytes(4, "little"))
                image.seek(510)
                image.write(b"\x55\xaa")
        subprocess.run(["mkfs.vfat", "-F", "32", "-s", "1", *(["--offset", str(self.at // 512)] if self.at else []), path,
                        str((SIZE - self.at) // 1024)], check=True, capture_output=True)

    @property
    def device(self):
        """Its name in the machine, where it is the only one."""
        return "sda1" if self.at else "sda"

    def names(self):
        """The files in our folder on it; empty when there is no such folder."""
        done = subprocess.run(["mdir", "-b", "-i", f"{self.path}@@{self.at}", "::/KENTONGA"], capture_output=True, text=True,
                              check=False)
        return sorted(line.rsplit("/", 1)[-1] for line in done.stdout.split() if line.startswith("::/KENTONGA/"))
