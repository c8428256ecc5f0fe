#!/usr/bin/env python3
"""Reads the known answers of tests/golden/wire by docs/formats/{item,frame,answer,keyring,bulletin,record}.md alone, with
Python's standard library: the formats are what the pages say, not what the programs happen to do.

  read_wire.py [FOLDER]      exits 1 and names each file and line that is not what the pages make of it

X25519 is RFC 7748, Ed25519 RFC 8032, ChaCha20-Poly1305 RFC 8439, Noise revision 34; all written plainly, for reading and not
for secrets. zstd is the one thing taken from a library (libzstd by ctypes); without it those lines are skipped, and it says so.
Every line of every file must be used: what nobody checks is a fault as well.
"""

import ctypes
import ctypes.util
import datetime
import functools
import hashlib
import hmac
import struct
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
GOLDEN = Path(__file__).resolve().parent / "wire"
P = 2**255 - 19


class Refused(Exception):
    """Not what the pages describe, or not sealed by whom it should be."""


def need(held, what):
    if not held:
        raise Refused(what)


# --- primitives ------------------------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=None)
def x25519(secret, point):
    need(len(secret) == 32 and len(point) == 32, "no key")
    k = bytearray(secret)
    k[0] &= 248
    k[31] = k[31] & 127 | 64
    k = int.from_bytes(k, "little")
    u = int.from_bytes(point, "little") & (2**255 - 1)
    x2, z2, x3, z3, swap = 1, 0, u, 1, 0
    for t in reversed(range(255)):
        bit = k >> t & 1
        if swap ^ bit:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swap = bit
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        aa, bb, da, cb = a * a, b * b, d * a, c * b
        x3, z3 = (da + cb) ** 2 % P, u * (da - cb) ** 2 % P
        e = aa - bb
        x2, z2 = aa * bb % P, e * (aa + 121665 * e) % P
    if swap:
        x2, z2 = x3, z3
    return (x2 * pow(z2, P - 2, P) % P).to_bytes(32, "little")


def public(secret):
    return x25519(secret, (9).to_bytes(32, "little"))


@functools.lru_cache(maxsize=None)
def chacha_block(key, counter, nonce):
    state = [0x61707865, 0x3320646E, 0x79622D32, 0x6B206574, *struct.unpack("<8I", key), counter, *struct.unpack("<3I", nonce)]
    x = list(state)

    def quarter(a, b, c, d):
        for one, two, three, by in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            x[one] = (x[one] + x[two]) & 0xFFFFFFFF
            x[three] ^= x[one]
            x[three] = (x[three] << by | x[three] >> 32 - by) & 0xFFFFFFFF

    for _ in range(10):
        for n in range(4):
            quarter(n, 4 + n, 8 + n, 12 + n)
        quarter(0, 5, 10, 15), quarter(1, 6, 11, 12), quarter(2, 7, 8, 13), quarter(3, 4, 9, 14)
    return struct.pack("<16I", *((a + b) & 0xFFFFFFFF for a, b in zip(x, state)))


def chacha(key, nonce, data, counter):
    stream = b"".join(chacha_block(key, counter + n, nonce) for n in range(-(-len(data) // 64)))
    return bytes(a ^ b for a, b in zip(data, stream))


def poly1305(key, message):
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for at in range(0, len(message), 16):
        total = (total + int.from_bytes(message[at:at + 16] + b"\1", "little")) * r % (2**130 - 5)
    return ((total + int.from_bytes(key[16:], "little")) % 2**128).to_bytes(16, "little")


def aead_open(key, counter, associated, sealed):
    need(len(sealed) >= 16, "no room for a tag")
    nonce, cipher = bytes(4) + struct.pack("<Q", counter), sealed[:-16]

    def padded(part):
        return part + bytes(-len(part) % 16)

    tag = poly1305(chacha_block(key, 0, nonce)[:32],
                   padded(associated) + padded(cipher) + struct.pack("<QQ", len(associated), len(cipher)))
    need(hmac.compare_digest(tag, sealed[-16:]), "does not open")
    return chacha(key, nonce, cipher, 1)


def rekey(key):
    return chacha(key, bytes(4) + b"\xff" * 8, bytes(32), 1)


def blake(size, key, *parts):
    return hashlib.blake2b(b"".join(parts), digest_size=size, key=key).digest()


def digest(purpose, *parts):
    return blake(32, b"", bytes([len(purpose)]), purpose, *parts)


# Ed25519 in extended coordinates (x, y, z, t), x = X/Z and so on.
D = -121665 * pow(121666, P - 2, P) % P
ORDER = 2**252 + 27742317777372353535851937790883648493


def plus(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number, point):
    out = (0, 1, 1, 0)
    while number:
        if number & 1:
            out = plus(out, point)
        point, number = plus(point, point), number >> 1
    return out


def point_of(text):
    y = int.from_bytes(text, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    need(y < P, "no point")
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    need((x * x - xx) % P == 0 and not (x == 0 and sign), "no point")
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


@functools.lru_cache(maxsize=None)
def signed_by(context, body, signature, key):
    message = bytes([len(context)]) + context + body
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    need(s < ORDER, "the signature does not fit")
    k = int.from_bytes(hashlib.sha512(r + key + message).digest(), "little") % ORDER
    left, right = times(s, BASE), plus(point_of(r), times(k, point_of(key)))
    need((left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0,
         "the signature does not fit")


# --- reading bytes and bits --------------------------------------------------------------------------------------------


class Bytes:
    def __init__(self, data):
        self.data, self.at = data, 0

    def raw(self, count):
        need(self.at + count <= len(self.data), "ends too early")
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, size):
        return int.from_bytes(self.raw(size), "big")

    def varint(self):
        value = 0
        for shift in range(0, 64, 7):
            byte = self.number(1)
            value |= (byte & 127) << shift
            if byte < 128:
                need(value < 2**64 and (byte > 0 or shift == 0), "a number is not in its shortest form")
                return value
        raise Refused("a number is too long")

    def block(self, most):
        size = self.varint()
        need(size <= most, "a length is above its limit")
        return self.raw(size)

    def left(self):
        return len(self.data) - self.at

    def end(self):
        need(self.left() == 0, "bytes behind the end")


class Bits:
    """A string of bits whose end is marked by a 1 and zeros."""

    def __init__(self, data):
        need(data and data[-1] != 0, "no mark of the end")
        self.bits = "".join(f"{byte:08b}" for byte in data).rstrip("0")[:-1]
        self.at = 0

    def take(self, count):
        need(self.at + count <= len(self.bits), "ends too early")
        self.at += count
        return int(self.bits[self.at - count:self.at] or "0", 2)

    def groups(self):
        value = shift = 0
        while True:
            more, low = self.take(1), self.take(4)
            value |= low << shift
            shift += 4
            if not more:
                need(low or shift == 4, "a number is not in its shortest form")
                need(value < 2**63, "a number is too large")
                return value
            need(shift < 64, "a number is too long")

    def small(self, few):
        return self.take(8) if self.take(1) else self.take(few) + 1

    def left(self):
        return len(self.bits) - self.at

    def rest(self):
        need(self.left() % 8 == 0, "not whole bytes")
        return bytes(self.take(8) for _ in range(self.left() // 8))


# --- item.md -------------------------------------------------------------------------------------------------------------


def noise_read(prologue, initiator, secret, psk, message):
    """Noise_K, or Noise_Kpsk0 with a psk, one message from `initiator`: payload and the two keys of Split."""
    def mac(key, data):
        return hmac.new(key, data, hashlib.sha256).digest()

    def hkdf(chain, material):
        temporary = mac(chain, material)
        one = mac(temporary, b"\1")
        two = mac(temporary, one + b"\2")
        return one, two, mac(temporary, two + b"\3")

    def mix(data):
        nonlocal h
        h = hashlib.sha256(h + data).digest()

    need(len(message) >= 48, "no room for a handshake")
    need(not psk or len(psk) == 32, "no psk")
    name = b"Noise_K%s_25519_ChaChaPoly_SHA256" % (b"psk0" if psk else b"")
    h = chain = hashlib.sha256(name).digest() if len(name) > 32 else name.ljust(32, b"\0")
    e = message[:32]
    mix(prologue), mix(initiator), mix(public(secret))
    if psk:
        chain, two, _ = hkdf(chain, psk)
        mix(two)
    mix(e)
    if psk:
        chain, _, _ = hkdf(chain, e)
    chain, _, _ = hkdf(chain, x25519(secret, e))
    chain, key, _ = hkdf(chain, x25519(secret, initiator))
    payload = aead_open(key, 0, h, message[32:])
    first, second, _ = hkdf(chain, b"")
    return payload, first, second


DAMM = ("0317598642", "7092154863", "4206871359", "1750983426", "6123045978", "3674209581", "5869720134", "8945362017", "9438617205",
        "2581436790")


def with_damm(digits):
    row = 0
    for digit in digits:
        row = int(DAMM[row][int(digit)])
    return digits + str(row)


def from_seed(seed, purpose, digits, attempt=0):
    number = int.from_bytes(blake(16, seed, bytes([len(purpose)]), purpose, struct.pack(">I", attempt))[:8], "big")
    return with_damm(f"{number % 10**digits:0{digits}d}")


def code(seed, attempt=0):
    return from_seed(seed, b"kentongan code", 7, attempt)


def receipt(seed):
    return from_seed(seed, b"kentongan receipt", 15)


def bucket(size, opening=False):
    return next((one for one in ((64, 86) if opening else (64, 80, 96, 117)) if size <= one), -(-size // 64) * 64)


class Header:
    """The public part of an item, and what is sealed behind it."""

    def __init__(self, item):
        read = Bytes(item)
        tag = read.number(1)
        need(len(item) <= 16 * 1024 and tag >> 4 == 2, "no item")
        need(tag & 0x0C == 0, "of a newer version")
        self.opening, self.inspectorate = bool(tag & 1), bool(tag & 2)
        self.box, self.epoch = read.number(2), read.number(2)
        need(self.box and self.epoch, "no place")
        self.key_id, self.counter = (read.number(1), 0) if self.opening else (None, read.varint())
        need(self.opening or 1 <= self.counter <= 1023, "no counter")
        self.associated, self.sealed = item[:read.at], item[read.at:]

    def name(self, mark):
        return struct.pack(">III", self.box, self.epoch, self.counter) + mark


class Epoch:
    """What a reader with the prekey's secret and the box's psk makes of an opening and the items after it."""

    def __init__(self, opening, box_public, prekey_secret, psk):
        self.header = Header(opening)
        need(self.header.opening, "not an opening")
        if self.header.inspectorate:
            psk = blake(32, psk, b"kentongan psk of the inspectorate")
        self.psk, self.mark = psk, self.header.sealed[:4]
        self.prologue = b"kentongan item 2" + self.header.associated
        self.payload, self.first, self.second = noise_read(self.prologue, box_public, prekey_secret, psk, self.header.sealed)
        self.seed = blake(32, self.second, b"kentongan seed 0")
        plain = self.payload if len(self.payload) < 64 else self.payload.rstrip(b"\0")
        read = Bytes(plain)
        self.closed, self.closed_items = read.number(2), read.varint()
        need(self.closed_items <= 1024, "an epoch too long")
        self.record = read.raw(read.left())
        if self.record:
            need(len(self.payload) == bucket(len(plain), True), "not padded to a bucket")

    def open(self, item):
        header = Header(item)
        need(not header.opening and (header.box, header.epoch, header.inspectorate)
             == (self.header.box, self.header.epoch, self.header.inspectorate), "of another epoch")
        key = self.first
        for _ in range(1, header.counter):
            key = rekey(key)
        padded = aead_open(key, 0, header.associated, header.sealed)
        record = padded.rstrip(b"\0")
        need(record and len(padded) == bucket(len(record)), "not padded to a bucket")
        return header, record, key, blake(32, key, b"kentongan seed")


# --- frame.md ------------------------------------------------------------------------------------------------------------


def varint(value):
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + varint(value >> 7)


def items_of(frame):
    if frame[0] >> 4 == 2:
        Header(frame)
        return [frame]
    need(frame[0] >> 4 == 3 and frame[0] & 1 == 0, "no items")
    read = Bytes(frame)
    tag, place, base, count = read.number(1), read.raw(4), read.varint(), read.number(1)
    need(count and base and base + count <= 1024, "no batch")
    out = [bytes([0x20 | tag & 15]) + place + varint(base + n) + read.block(16 * 1024) for n in range(count)]
    read.end()
    for item in out:
        Header(item)
    return out


def frames_of(parcel):
    need(0 < len(parcel) <= 256 * 1024, "no parcel")
    read, out = Bytes(parcel), []
    while read.left():
        out.append(read.block(64 * 1024))
        need(out[-1] and len(out) <= 1024, "no frame")
    return out


# --- answer.md -----------------------------------------------------------------------------------------------------------


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
    wants = read.number(1)
    need(wants <= 8, "too many wants")
    for _ in range(wants):
        mark, gaps = read.number(4), read.varint()
        need(gaps <= 64, "too many gaps")
        out["wants"].append((mark, [(read.varint(), read.varint()) for _ in range(gaps)]))
    out["holdings"] = read_holdings(read) if read.left() else []
    read.end()
    return out


def read_answer(frame, keys, marks):
    head = Bytes(frame)
    need(head.number(1) == 0x50, "no answer")
    out = {"box": head.number(2), "prekey": head.number(1)}
    flags, count = head.number(1), head.number(1)
    need(flags < 32 and count <= 64, "of a newer version")
    epochs = [head.number(2) for _ in range(count)]
    need(all(epoch in marks for epoch in epochs), "of an epoch that is not known")
    outside = frame[:head.at]
    read = Bytes(siv_open(keys, "down", outside + b"".join(marks[epoch] for epoch in epochs), frame[head.at:]))
    out["flags"] = [name for bit, name in enumerate(("echo", "news", "more", "maps", "tell")) if flags >> bit & 1]
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
            out["updates"].append({"sequence": out["first-sequence"] + n, "item": struct.pack(">III", out["box"], epoch, counter) + mark,
                                   "state": read.number(1), "at": read.number(8), "reply": read.block(4200),
                                   "notice": read.block(256)})
        pieces = read.varint()
        need(pieces <= 64, "too many pieces")
        out["pieces"] = [read_piece(read) for _ in range(pieces)]
    read.end()
    return out


# --- keyring.md, bulletin.md -----------------------------------------------------------------------------------------------


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


class Zstd:
    """libzstd, if it is here."""

    def __init__(self):
        name = ctypes.util.find_library("zstd")
        self.library = ctypes.CDLL(name) if name else None
        if self.library:
            for function in ("ZSTD_createDCtx",):
                getattr(self.library, function).restype = ctypes.c_void_p
            for function in ("ZSTD_decompress_usingDict", "ZSTD_decompressDCtx", "ZSTD_DCtx_refPrefix"):
                getattr(self.library, function).restype = ctypes.c_size_t

    def decompress(self, frame, most, dictionary=b"", prefix=None):
        lib, out, context = self.library, ctypes.create_string_buffer(most + 1), ctypes.c_void_p(self.library.ZSTD_createDCtx())
        size_t = ctypes.c_size_t
        if prefix is None:
            size = lib.ZSTD_decompress_usingDict(context, out, size_t(most), frame, size_t(len(frame)), dictionary, size_t(len(dictionary)))
        else:
            lib.ZSTD_DCtx_refPrefix(context, prefix, size_t(len(prefix)))
            size = lib.ZSTD_decompressDCtx(context, out, size_t(most), frame, size_t(len(frame)))
        bad = lib.ZSTD_isError(size_t(size))
        lib.ZSTD_freeDCtx(context)
        need(not bad, "zstd refuses it")
        return out.raw[:size]


ZSTD = Zstd()
skipped = set()


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
    if packing and not ZSTD.library:
        return says, None
    result = packed if packing == 0 else ZSTD.decompress(packed, size, prefix=base if packing == 2 else b"")
    need(len(result) == size and blake(32, b"", result) == result_digest, "the digest does not fit")
    return says, result


# --- record.md -----------------------------------------------------------------------------------------------------------


def width(digits):
    return (10**digits - 1).bit_length()


def read_digits(bits, count):
    out = ""
    while len(out) < count:
        some = min(18, count - len(out))
        value = bits.take(width(some))
        need(value < 10**some, "no digits")
        out += f"{value:0{some}d}"
    return out


def consent_check(words):
    h = 2166136261
    for byte in words.encode():
        h = (h ^ byte) * 16777619 % 2**32
    h ^= h >> 16
    return (h ^ h >> 8) & 255


RARE, DIGITS = "():;\"?!&+@#%=_*<>[]{}|\\^~`$", "0123456789.,-/'\n"


def read_folded(bits):
    out, how, other = [b""], bits.take(2), False

    def capital():
        before, before_that = (out[-1][-1:], out[-1][-2:-1])
        if how == 1:
            return before in (b"", b" ", b".", b"-", b"/", b"(", b"\n")
        return how == 2 or how == 3 and (before in (b"", b"\n") or before == b" " and before_that in (b".", b"?", b"!"))

    while bits.left():
        symbol = bits.take(5)
        need(not other or symbol < 26, "no letter has the other case")
        if symbol < 26:
            out[-1] += bytes([(65 if capital() != other else 97) + symbol])
            other = False
        elif symbol == 26:
            out[-1] += b" "
        elif symbol == 27:
            out.append(b"")
            how = bits.take(2)
        elif symbol == 28:
            other = True
        elif symbol == 29:
            at = bits.take(5)
            need(at < len(RARE), "no such sign")
            out[-1] += RARE[at].encode()
        elif symbol == 30:
            out[-1] += DIGITS[bits.take(4)].encode()
        else:
            byte = bits.take(8)
            need(byte, "NUL in a text")
            out[-1] += bytes([byte])
    need(not other, "no letter has the other case")
    return out


def read_texts(bits, count, dictionaries):
    """Which form, and the texts; None where libzstd is missing."""
    form = bits.take(2)
    if form == 2:
        texts = read_folded(bits)
    elif form == 1:
        need(bits.left() % 7 == 0, "not whole signs")
        texts = bytes(bits.take(7) for _ in range(bits.left() // 7)).split(b"\0")
    elif form == 0:
        texts = bits.rest().split(b"\0")
    else:
        version, block = bits.groups(), bits.rest()
        need(version == 0 or version in dictionaries, "a dictionary that is not here")
        if not ZSTD.library:
            return form, None
        head = (len(block) << 3 | 2 << 1 | 1).to_bytes(3, "little")
        frame = bytes.fromhex("28b52ffd0038") + head + block
        texts = ZSTD.decompress(frame, 12 * 1024, dictionaries.get(version, b"")).split(b"\0")
    need(len(texts) == count and sum(map(len, texts)) + count - 1 <= 12 * 1024, "another number of texts")
    return form, texts


class Text:
    """Where a text will stand."""


def read_record(data, catalogue):
    bits = Bits(data)
    need(len(data) <= 12 * 1024 and bits.take(3) == 2, "of another version")
    irregular = bits.take(1)
    out = {"service": bits.take(16) if bits.take(1) else bits.take(5)}
    need(out["service"] in catalogue["services"], "a service that is not known")
    out["channel"] = bits.take(2) + 1
    out["who"] = ("named", "anonymous")[bits.take(1)] + (" public", " confidential")[bits.take(1)]
    minutes = bits.take(24)
    if minutes == 2**24 - 1:
        out["at"] = bits.take(33) * 60
        need(out["at"] <= 253402300799, "no time")
    else:
        out["at"] = minutes * 60 + int(datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc).timestamp())
    out["attempt"] = bits.groups() if bits.take(1) else 0
    later = []

    def text(name):
        later.append(name)
        return Text

    language = bits.take(3)
    out["language"] = text("language") if language == 7 else (catalogue["languages"] + ["und"] * 7)[language]
    consent = bits.take(2)
    need(consent < 3, "no consent")
    if consent == 0:
        out["consent"] = "none"
    elif consent == 1:
        need(bits.take(8) == consent_check(catalogue["consent"]), "consent to other words")
        out["consent"] = catalogue["consent"]
    else:
        out["consent"] = text("consent")
    phones = []

    def regular(name, shortly):
        return text(name) if irregular and bits.take(1) else shortly()

    def national():
        length = bits.take(4)
        need(length, "no phone")
        return "+" + catalogue["country-code"] + read_digits(bits, length)

    def phone(name):
        if phones and bits.take(1):
            at = bits.groups() if len(phones) > 1 else 0
            need(at < len(phones), "no such phone")
            return ("same", phones[at])
        phones.append(name)
        return regular(name, national)

    def date():
        days = bits.take(17)
        need(days <= (datetime.date(2199, 12, 31) - datetime.date(1900, 1, 1)).days, "no date")
        return str(datetime.date(1900, 1, 1) + datetime.timedelta(days))

    for name in ("notify", "sender"):
        out[name] = phone(name) if bits.take(1) else "none"

    def bitmap():
        numbers, number, more = [], 1, 1
        while more:
            numbers += [number + i for i in range(5) if bits.take(1)]
            number, more = number + 5, bits.take(1)
        return numbers

    applicant = bitmap() if bits.take(1) else []
    own = bitmap()
    for prefix, numbers, types in (("applicant-", applicant, catalogue["applicant"]),
                                   ("answer-", own, catalogue["services"][out["service"]])):
        for number in numbers:
            need(number in types, "a field that is not known")
            name, kind = f"{prefix}{number}", types[number]
            if kind == "choice":
                out[name] = str(bits.small(3))
            elif kind == "place":
                out[name] = str(bits.small(4))
            elif kind == "yes-no":
                out[name] = ("no", "yes")[bits.take(1)]
            elif kind in ("number", "money"):
                out[name] = regular(name, lambda: str(bits.groups()))
            elif kind == "date":
                out[name] = regular(name, date)
            elif kind == "identity":
                out[name] = regular(name, lambda: read_digits(bits, catalogue["identity-length"]))
            elif kind == "phone":
                out[name] = phone(name)
            else:
                out[name] = text(name)
    form, texts = read_texts(bits, len(later), catalogue["dictionaries"]) if later else (None, [])
    need(texts is None or bits.left() == 0, "bits behind the end")
    kinds = {f"{prefix}{number}": kind for prefix, types in (("applicant-", catalogue["applicant"]),
             ("answer-", catalogue["services"][out["service"]])) for number, kind in types.items()}
    for name, value in zip(later, texts if texts is not None else [None] * len(later)):
        out[name] = None if value is None else value.hex() if kinds.get(name) == "text" else value.decode()
    for name, value in list(out.items()):
        if isinstance(value, tuple):
            out[name] = out[value[1]]
    return ("raw", "seven bits", "folded", "zstd", "none")[4 if form is None else form], out


# --- the files -------------------------------------------------------------------------------------------------------------


class Golden:
    def __init__(self, lines):
        self.values, self.used, self.faults = {}, set(), []
        for line in lines:
            if line and not line.startswith("#"):
                name, colon, value = line.partition(": ")
                need(colon and name not in self.values, f"a line that is none: {line[:40]}")
                self.values[name] = value

    def text(self, name):
        need(name in self.values, f"{name} is missing")
        self.used.add(name)
        return self.values[name]

    def bytes(self, name):
        text = self.text(name)
        try:
            return b"" if text == "-" else bytes.fromhex(text)
        except ValueError as error:
            raise Refused(f"{name}: not hexadecimal") from error

    def number(self, name):
        text = self.text(name)
        need(text.isdecimal(), f"{name}: no number")
        return int(text)

    def says(self, name, actual):
        shown = (actual.hex() or "-") if isinstance(actual, bytes) else str(actual)
        if self.text(name) != shown:
            self.faults.append(f"{name}: the page makes {shown[:80]}")

    def settle(self):
        self.faults += [f"{name}: nobody checks it" for name in self.values if name not in self.used]
        need(not self.faults, "; ".join(self.faults))


def check_noise(lines):
    blocks = "\n".join(lines).split("\n\n")
    vectors = [Golden(block.split("\n")) for block in blocks]
    vectors = [one for one in vectors if one.values]
    need([one.text("name") for one in vectors] == ["Noise_K_25519_ChaChaPoly_SHA256", "Noise_Kpsk0_25519_ChaChaPoly_SHA256"], "other vectors")
    for one in vectors:
        secret = one.bytes("responder_static_private")
        one.says("responder_static_public", public(secret))
        message = one.bytes("handshake_message_0")
        need(message[:32] == public(one.bytes("initiator_ephemeral_private")), "another ephemeral key")
        need(("psk0" in one.text("name")) == bool(one.bytes("psk")), "another pattern")
        payload, first, _ = noise_read(one.bytes("prologue"), public(one.bytes("initiator_static_private")), secret, one.bytes("psk"), message)
        one.says("payload_0", payload)
        one.says("payload_1", aead_open(first, 0, b"", one.bytes("transport_message_1")))
        one.settle()


def check_epoch(lines):
    golden = Golden(lines)
    box, prekey, psk = (golden.bytes(name) for name in ("box-agree-secret", "district-prekey-secret", "psk"))
    opening = golden.bytes("opening")
    epoch = Epoch(opening, public(box), prekey, psk)
    need((epoch.header.box, epoch.header.epoch, epoch.header.key_id, epoch.closed, epoch.closed_items) == (7, 1, 1, 0, 0), "another place")
    need(opening[6:38] == public(golden.bytes("ephemeral-secret")), "another ephemeral key")
    golden.says("opening-payload", epoch.payload)
    golden.says("opening-code", code(epoch.seed))
    golden.says("opening-receipt", receipt(epoch.seed))
    for counter in (2, 1):  # in any order
        _, record, _, seed = epoch.open(golden.bytes(f"item-{counter}"))
        golden.says(f"item-{counter}-record", record)
        golden.says(f"item-{counter}-code", code(seed))
        golden.says(f"item-{counter}-code-attempt-1", code(seed, 1))
        golden.says(f"item-{counter}-receipt", receipt(seed))
    need(items_of(golden.bytes("batch")) == [golden.bytes("item-1"), golden.bytes("item-2")], "the batch has other items")
    need(frames_of(golden.bytes("parcel")) == [opening, golden.bytes("batch")], "the parcel has other frames")
    keys, marks = link_keys(prekey, public(box), psk), {1: epoch.mark}
    call = read_call(golden.bytes("call"), keys)
    need(call == {"box": 7, "prekey": 1, "echo": 0x01020304, "last-update": 3, "waiting": 2, "newest": (1, 3), "keyring": 1, "held": 0,
                  "wants": [], "holdings": []}, f"another call: {call}")
    short = read_answer(golden.bytes("acknowledgement"), keys, marks)
    need(short == {"box": 7, "prekey": 1, "flags": [], "echo": 0, "acks": [(1, 2, 0)]}, f"another acknowledgement: {short}")
    answer = read_answer(golden.bytes("answer"), keys, marks)
    need(answer == {"box": 7, "prekey": 1, "flags": ["echo", "news", "maps"], "echo": 0x01020304, "acks": [(1, 2, 5)], "time": 1795489200,
                    "newest-epoch": 1, "keyring": 1, "pieces": [], "first-sequence": 4,
                    "updates": [{"sequence": 4, "item": struct.pack(">III", 7, 1, 2) + epoch.mark, "state": 2, "at": 1795489200,
                                 "reply": b"", "notice": b""}]}, f"another answer: {answer}")
    golden.settle()


def check_inspectorate(lines):
    golden = Golden(lines)
    opening = golden.bytes("opening")
    epoch = Epoch(opening, public(golden.bytes("box-agree-secret")), golden.bytes("inspectorate-prekey-secret"), golden.bytes("psk"))
    need(epoch.header.inspectorate and not epoch.record, "not a bare opening to the inspectorate")
    need(opening[6:38] == public(golden.bytes("ephemeral-secret")), "another ephemeral key")
    for name, value in {"psk-of-the-inspectorate": epoch.psk, "box": epoch.header.box, "epoch": epoch.header.epoch,
                        "prekey": epoch.header.key_id, "closed-epoch": epoch.closed, "closed-items": epoch.closed_items,
                        "prologue": epoch.prologue, "opening-payload": epoch.payload, "split-first": epoch.first,
                        "split-second": epoch.second, "mark": epoch.mark, "opening-name": epoch.header.name(epoch.mark)}.items():
        golden.says(name, value)
    for counter in (128, 1, 127, 2):
        name = f"item-{counter}"
        header, record, key, seed = epoch.open(golden.bytes(name))
        need(header.counter == counter, "another counter")
        for what, value in {"-record": record, "-key": key, "-seed": seed, "-name": header.name(epoch.mark), "-code": code(seed),
                            "-receipt": receipt(seed)}.items():
            golden.says(name + what, value)
    golden.settle()


def check_news(lines):
    golden = Golden(lines)
    keys = link_keys(golden.bytes("box-agree-secret"), public(golden.bytes("district-prekey-secret")), golden.bytes("psk"))
    for name, key in keys.items():
        golden.says(name.replace(" ", "-") + "-key", key)
    call = read_call(golden.bytes("call"), keys)
    sorted_holdings = sorted(call["holdings"])
    written = varint(len(sorted_holdings)) + b"".join(varint(len(name)) + name.encode() + varint(version) for name, version in sorted_holdings)
    need(call["held"] == int.from_bytes(digest(b"kentongan holdings 1", written)[:4], "big"), "held is not of these holdings")
    call["newest"] = "{} {}".format(*call["newest"])
    call["wants"] = ", ".join(f"{mark}:" + "".join(f" {start}+{size}" for start, size in gaps) for mark, gaps in call["wants"])
    call["holdings"] = ", ".join(f"{name} {version}" for name, version in call["holdings"])
    for name, value in call.items():
        golden.says("call-" + name, value)
    answer = read_answer(golden.bytes("answer"), keys, {epoch: golden.bytes(f"mark-{epoch}") for epoch in (512, 513)})
    need((answer["box"], answer["prekey"]) == (40000, 255), "for another box")
    golden.says("answer-acks", ", ".join(f"{epoch} below {following} map {beyond}" for epoch, following, beyond in answer["acks"]))
    golden.says("answer-flags", " ".join(answer["flags"]))
    for name in ("echo", "time", "newest-epoch", "keyring", "first-sequence"):
        golden.says("answer-" + name, answer[name])
    for update in answer["updates"]:
        for name in ("item", "state", "at", "reply", "notice"):
            golden.says(f"update-{update['sequence']}-{name}", update[name])
    golden.says("answer-pieces", ", ".join(f"{mark} of {total} from {offset}: {block.hex()}" for mark, total, offset, block in answer["pieces"]))
    golden.settle()


def check_keyring(lines):
    golden = Golden(lines)
    keyring = read_keyring(golden.bytes("keyring"), golden.bytes("root"))
    for name in ("version", "current", "downlink", "minimum-software"):
        golden.says(name, keyring[name])
    for number, (district, inspectorate) in keyring["prekeys"].items():
        golden.says(f"prekey-{number}-district", district)
        golden.says(f"prekey-{number}-inspectorate", inspectorate)
    golden.says("withdrawn", " ".join(map(str, keyring["withdrawn"])))
    golden.settle()


def check_bulletin(lines):
    golden = Golden(lines)
    root, downlink = golden.bytes("root"), golden.bytes("downlink")
    for name in ("whole", "keyring", "compressed", "delta"):
        says, result = read_bulletin(golden.bytes(name), root, downlink, golden.bytes(name + "-base"))
        golden.says(name + "-says", says)
        if result is None:
            golden.bytes(name + "-result")
            skipped.add(f"bulletin.txt {name}: content")
        else:
            golden.says(name + "-result", result)
    need(read_keyring(golden.bytes("keyring-result"), root)["downlink"] == downlink, "another downlink key")
    whole = golden.bytes("whole")
    need(golden.bytes("delta-base") == golden.bytes("compressed-result"), "the delta is of something else")
    read = Bytes(golden.bytes("piece"))
    mark, total, offset, block = read_piece(read)
    read.end()
    need(mark == int.from_bytes(digest(b"kentongan bulletin mark 1", whole)[:4], "big") and total == len(whole)
         and whole[offset:offset + len(block)] == block, "a piece of something else")
    golden.says("piece-says", f"whole from {offset}")
    golden.settle()


def check_padding(lines):
    golden = Golden(lines)
    for name in golden.values:
        riding, _, size = name.partition("-")
        need(riding in ("item", "opening") and size.isdecimal(), f"{name}: no size")
        golden.says(name, bucket(int(size), riding == "opening"))
    golden.settle()


def check_record(lines):
    golden = Golden(lines)

    def fields(name):
        return {int(number): kind for number, _, kind in (one.partition(" ") for one in golden.text(name).split(", "))}

    catalogue = {"languages": golden.text("languages").split(), "consent": golden.text("consent"), "country-code": golden.text("country-code"),
                 "identity-length": golden.number("identity-length"), "applicant": fields("applicant"),
                 "services": {number: fields(f"service-{number}") for number in (1, 300)},
                 "dictionaries": {1: (ROOT / golden.text("dictionary-1")).read_bytes()}}
    forms = set()
    for name in ("letter", "bare", "wide", "irregular", "seven", "raw", "story"):
        form, record = read_record(golden.bytes(name), catalogue)
        forms.add(form)
        need(set(f"{name}-{what}" for what in record) == set(one for one in golden.values if one.startswith(name + "-")), f"{name} has other parts")
        for what, value in record.items():
            if value is None or value is Text:
                golden.text(f"{name}-{what}")
                skipped.add(f"record.txt {name}: texts")
            else:
                golden.says(f"{name}-{what}", value)
    need(forms == {"none", "raw", "seven bits", "folded", "zstd"}, f"only the forms {forms}")
    golden.settle()


CHECKS = {"noise.txt": check_noise, "epoch.txt": check_epoch, "inspectorate.txt": check_inspectorate, "news.txt": check_news,
          "keyring.txt": check_keyring, "bulletin.txt": check_bulletin, "padding.txt": check_padding, "record.txt": check_record}


def check(name, text):
    """Raises Refused unless `text` is what the pages make of itself."""
    try:
        CHECKS[name](text.splitlines())
    except (ValueError, OSError, KeyError, IndexError) as error:  # text that is none, a file that is not there
        raise Refused(f"{type(error).__name__}: {error}") from error


def main(folder):
    bad = [f"{name}: nobody reads it" for name in sorted(path.name for path in folder.iterdir()) if name not in CHECKS]
    for name in CHECKS:
        try:
            check(name, (folder / name).read_text())
        except (Refused, OSError) as error:
            bad.append(f"{name}: {error}")
    for line in sorted(skipped):
        print(f"skipped, no libzstd: {line}")
    print("\n".join(bad) if bad else f"{len(CHECKS)} files are what the pages say")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else GOLDEN))
