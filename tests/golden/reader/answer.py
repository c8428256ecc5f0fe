"""docs/formats/answer.md: what box and district say to each other around the items."""

import hmac
import struct

from .numbers import Bytes
from .primitives import blake, chacha, need, x25519


def link_keys(secret, other, psk):
    root = blake(32, psk, x25519(secret, other))
    return {name: blake(32, root, b"kentongan " + name.encode()) for name in ("up tag", "up stream", "down tag", "down stream")}


def siv_open(keys, way, associated, sealed):
    need(len(sealed) >= 16, "no room for a tag")
    tag, cipher = sealed[:16], sealed[16:]
    plain = chacha(keys[way + " stream"], tag[:12], cipher, 0)
    right = blake(16, keys[way + " tag"], struct.pack(">Q", len(associated)), associated, plain)
    need(hmac.compare_digest(right, tag), "does not open")
    return plain


def read_holdings(read):
    count = read.varint()
    need(count <= 256, "too many holdings")
    return [(read.block(64).decode(), read.varint()) for _ in range(count)]


def read_piece(read):
    mark, total, offset, block = read.number(4), read.varint(), read.varint(), read.block(16384)
    need(block and offset + len(block) <= total <= 256 + 2**20, "outside its bulletin")
    return mark, total, offset, block


def read_call(frame, keys):
    head = Bytes(frame)
    need(head.number(1) == 0x40, "no call")
    out = {"box": head.number(2), "prekey": head.number(1)}
    read = Bytes(siv_open(keys, "up", frame[:4], frame[4:]))
    out.update({"echo": read.number(4), "last-update": read.varint(), "waiting": read.varint(),
                "newest": (read.number(2), read.varint()), "keyring": read.varint(), "held": read.number(4)})
    need(out["newest"][1] <= 1024, "an epoch too long")
    out["wants"] = []
    flags = read.number(1)
    wants = flags & 15
    need(flags < 64, "of a newer version")
    need(wants <= 8, "too many wants")
    for _ in range(wants):
        mark, gaps = read.number(4), read.varint()
        need(gaps <= 64, "too many gaps")
        out["wants"].append((mark, [(read.varint(), read.varint()) for _ in range(gaps)]))
    out["sparing"] = bool(flags & 32)
    out["used"] = read_use(read) if flags & 16 else None
    out["holdings"] = read_holdings(read) if read.left() else []
    read.end()
    return out


def read_brief(read, time):
    out = {"state": read.number(1), "at": time - read.varint(), "reply": b"", "notice": b"", "to-tell": "-"}
    parts = read.number(1)
    need(parts < 8 and parts & 3 != 3, "of a newer version")
    out["reply-follows"] = parts & 1
    if parts & 2:
        out["reply"] = read.block(4200)
        need(out["reply"], "a reply that is none")
    if parts & 4:
        count = read.number(1)
        need(1 <= count <= 15, "no number")
        digits = read.raw((count + 1) // 2).hex()
        need(digits[:count].isdecimal() and digits[count:] in ("", "f"), "no digits")
        language, code = read.block(35).decode(), read.number(4)
        need(code < 10**8, "no code")
        out["to-tell"] = f"+{digits[:count]} {language} {code:08}"
    return out


def read_use(read):
    day, which = read.varint(), read.number(1)
    need(0 < day < 2**32 and 0 < which < 16, "no day of use")
    out = {}
    for carrier in range(1, 5):
        if which >> (carrier - 1) & 1:
            up, down, messages, cost = (read.varint() for _ in range(4))
            need(max(up, down, messages) <= 10**15 and cost <= 2**62 and (up, down, messages, cost) != (0, 0, 0, 0), "no use")
            out[carrier] = (up, down, messages, cost)
    return day, out


def read_answer(frame, keys, marks):
    head = Bytes(frame)
    need(head.number(1) == 0x50, "no answer")
    out = {"box": head.number(2), "prekey": head.number(1)}
    flags, count = head.number(1), head.number(1)
    need(flags < 64 and count <= 64, "of a newer version")
    epochs = [head.number(2) for _ in range(count)]
    need(all(epoch in marks for epoch in epochs), "of an epoch that is not known")
    outside = frame[:head.at]
    read = Bytes(siv_open(keys, "down", outside + b"".join(marks[epoch] for epoch in epochs), frame[head.at:]))
    out["flags"] = [name for bit, name in enumerate(("echo", "news", "more", "maps", "tell", "brief")) if flags >> bit & 1]
    out["echo"] = read.number(4) if flags & 1 else 0
    out["acks"] = [(epoch, read.number(2), read.number(8) if flags & 8 else 0) for epoch in epochs]
    need(all(following <= 1024 for _, following, _ in out["acks"]), "an epoch too long")
    if flags & 2:
        out.update({"time": read.number(8), "newest-epoch": read.number(2), "keyring": read.varint(), "updates": [], "pieces": []})
        updates = read.varint()
        need(updates <= 256, "too many updates")
        out["first-sequence"] = read.varint() if updates else None
        for n in range(updates):
            epoch, counter, mark = read.number(2), read.varint(), read.raw(4)
            need(counter < 1024, "no item")
            update = {"sequence": out["first-sequence"] + n, "item": struct.pack(">III", out["box"], epoch, counter) + mark}
            update.update(read_brief(read, out["time"]) if flags & 32 else
                          {"state": read.number(1), "at": read.number(8), "reply": read.block(4200), "notice": read.block(256)})
            out["updates"].append(update)
        pieces = read.varint()
        need(pieces <= 64, "too many pieces")
        out["pieces"] = [read_piece(read) for _ in range(pieces)]
    read.end()
    return out
