"""docs/formats/keyring.md and bulletin.md: what the district signs."""

from .numbers import Bytes
from .primitives import blake, need, signed_by
from .zstd import ZSTD


def read_keyring(data, root):
    need(64 < len(data) <= 8192, "no keyring")
    body = data[:-64]
    need(body[0] == 1, "of a newer version")
    signed_by(b"kentongan keyring 1", body, data[-64:], root)
    read = Bytes(body[1:])
    out = {"version": read.number(4), "current": read.number(1), "prekeys": {}}
    count = read.number(1)
    need(out["version"] and 1 <= count <= 4, "no prekeys")
    for _ in range(count):
        number = read.number(1)
        need(number > max(out["prekeys"], default=0), "prekeys out of order")
        out["prekeys"][number] = (read.raw(32), read.raw(32))
    need(out["current"] in out["prekeys"], "the current prekey is not there")
    out["downlink"], out["minimum-software"] = read.raw(32), read.number(4)
    box, out["withdrawn"] = 0, []
    count = read.varint()
    need(count <= 1024, "too many withdrawn")
    for _ in range(count):
        distance = read.varint()
        need(distance, "twice withdrawn")
        box += distance
        out["withdrawn"].append(box)
    read.end()
    return out


def read_bulletin(data, root, downlink, base):
    read = Bytes(data)
    need(read.number(1) == 1, "of a newer version")
    kind, packing = read.number(1), read.number(1)
    need(1 <= kind <= 3 and packing <= 2, "of a newer version")
    box, name, version = read.varint(), read.block(64).decode(), read.number(4)
    need(name and not name.strip("abcdefghijklmnopqrstuvwxyz0123456789._-") and version, "no name")
    need((name == "keyring") == (kind == 1), "a keyring under another name")
    before = read.number(4) if packing == 2 else 0
    need(packing != 2 or 0 < before < version, "no base")
    size, result_digest = read.varint(), read.raw(32)
    packed_size, packed_digest = (read.varint(), read.raw(32)) if packing else (size, result_digest)
    need(max(size, packed_size) <= 2**20, "too large")
    signed_by(b"kentongan bulletin 1", data[:read.at], read.raw(64), root if kind == 1 else downlink)
    packed = read.raw(read.left())
    need(len(packed) == packed_size and blake(32, b"", packed) == packed_digest, "the packed digest does not fit")
    says = (f"{('keyring', 'pack', 'document')[kind - 1]}, {('whole', 'compressed', f'delta from {before}')[packing]}, "
            f"{f'box {box}' if box else 'every box'}, {name} {version}")
    if packing and not ZSTD.libzstd:
        return says, None
    result = packed if packing == 0 else ZSTD.decompress(packed, size, prefix=base if packing == 2 else b"")
    need(len(result) == size and blake(32, b"", result) == result_digest, "the digest does not fit")
    return says, result
