#!/usr/bin/env python3
"""Reads tests/golden/wire/epoch.txt as docs/formats/{item,frame,answer}.md say, with Python's standard library alone: the
formats are what the pages say, not what the programs happen to do.

X25519 is RFC 7748, ChaCha20-Poly1305 RFC 8439, Noise revision 34; all written plainly, for reading and not for secrets.
"""

import hashlib
import hmac
import struct
import sys
import unittest
from pathlib import Path

GOLDEN = Path(__file__).resolve().parent / "wire" / "epoch.txt"
P = 2**255 - 19


# --- primitives ----------------------------------------------------------------------------------------------------


def x25519(secret, point):
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


def aead_tag(key, nonce, associated, cipher):
    def padded(part):
        return part + bytes(-len(part) % 16)
    return poly1305(chacha_block(key, 0, nonce)[:32],
                    padded(associated) + padded(cipher) + struct.pack("<QQ", len(associated), len(cipher)))


def aead_open(key, counter, associated, sealed):
    nonce, cipher = bytes(4) + struct.pack("<Q", counter), sealed[:-16]
    if not hmac.compare_digest(aead_tag(key, nonce, associated, cipher), sealed[-16:]):
        raise ValueError("it does not open")
    return chacha(key, nonce, cipher, 1)


def rekey(key):
    return chacha(key, bytes(4) + b"\xff" * 8, bytes(32), 1)


def blake(size, key, *parts):
    return hashlib.blake2b(b"".join(parts), digest_size=size, key=key).digest()


# --- Noise_Kpsk0 -----------------------------------------------------------------------------------------------------


def noise_read(prologue, initiator, secret, psk, message):
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

    name = b"Noise_Kpsk0_25519_ChaChaPoly_SHA256"
    h = chain = hashlib.sha256(name).digest()
    e = message[:32]
    mix(prologue), mix(initiator), mix(public(secret))
    chain, two, key = hkdf(chain, psk)
    mix(two)
    mix(e)
    chain, key, _ = hkdf(chain, e)
    chain, key, _ = hkdf(chain, x25519(secret, e))
    chain, key, _ = hkdf(chain, x25519(secret, initiator))
    payload = aead_open(key, 0, h, message[32:])
    first, second, _ = hkdf(chain, b"")
    return payload, first, second


# --- the formats -----------------------------------------------------------------------------------------------------


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


DAMM = ("0317598642", "7092154863", "4206871359", "1750983426", "6123045978", "3674209581", "5869720134", "8945362017", "9438617205",
        "2581436790")


def with_damm(digits):
    row = 0
    for digit in digits:
        row = int(DAMM[row][int(digit)])
    return digits + str(row)


def numbers(seed, attempt=0):
    def number(purpose, at):
        return int.from_bytes(blake(16, seed, bytes([len(purpose)]), purpose, struct.pack(">I", at))[:8], "big")
    return (with_damm(f"{number(b'kentongan code', attempt) % 10**7:07d}"),
            with_damm(f"{number(b'kentongan receipt', 0) % 10**15:015d}"))


class Epoch:
    def __init__(self, opening, keys):
        tag, self.box, self.number, self.key_id = struct.unpack(">BHHB", opening[:6])
        if tag & 0xF1 != 0x21:
            raise ValueError("not an opening")
        payload, self.key, second = noise_read(b"kentongan item 2" + opening[:6], keys["box"], keys["prekey"], keys["psk"], opening[6:])
        self.counter = 1
        self.mark = opening[6:10]
        self.seed = blake(32, second, b"kentongan seed 0")
        if len(payload) >= 64:
            payload = payload.rstrip(b"\0")
        self.closed = struct.unpack(">H", payload[:2])[0]
        self.closed_items, at = varint(payload, 2)
        self.record = payload[at:]

    def open(self, item):
        box, number = struct.unpack(">HH", item[1:5])
        counter, at = varint(item, 5)
        if item[0] & 0xFD != 0x20 or (box, number) != (self.box, self.number):
            raise ValueError("of another epoch")
        key = self.key
        for _ in range(self.counter, counter):
            key = rekey(key)
        record = aead_open(key, 0, item[:at], item[at:]).rstrip(b"\0")
        return record, blake(32, key, b"kentongan seed")


def items_of(frame):
    if frame[0] >> 4 == 2:
        return [frame]
    base, at = varint(frame, 5)
    count, at = frame[at], at + 1
    out = []
    for n in range(count):
        size, at = varint(frame, at)
        counter = base + n
        out.append(bytes([0x20 | frame[0] & 15]) + frame[1:5] + (bytes([counter]) if counter < 128 else
                   bytes([counter & 127 | 128, counter >> 7])) + frame[at:at + size])
        at += size
    if at != len(frame):
        raise ValueError("bytes behind the batch")
    return out


def frames_of(parcel):
    at, out = 0, []
    while at < len(parcel):
        size, at = varint(parcel, at)
        out.append(parcel[at:at + size])
        at += size
    return out


def siv_open(keys, direction, associated, sealed):
    root = blake(32, keys["psk"], x25519(keys["prekey"], keys["box"]))
    tag, cipher = sealed[:16], sealed[16:]
    plain = chacha(blake(32, root, b"kentongan %s stream" % direction), tag[:12], cipher, 0)
    right = blake(16, blake(32, root, b"kentongan %s tag" % direction), struct.pack(">Q", len(associated)), associated, plain)
    if not hmac.compare_digest(right, tag):
        raise ValueError("it does not open")
    return plain


def read_answer(frame, keys, marks):
    flags, count = frame[4], frame[5]
    epochs = struct.unpack(f">{count}H", frame[6:6 + 2 * count])
    outside = frame[:6 + 2 * count]
    plain = siv_open(keys, b"down", outside + b"".join(marks[epoch] for epoch in epochs), frame[len(outside):])
    at, out = 0, {}
    if flags & 1:
        out["echo"], at = struct.unpack(">I", plain[:4])[0], 4
    out["acks"] = []
    for epoch in epochs:
        following, at = struct.unpack(">H", plain[at:at + 2])[0], at + 2
        beyond = 0
        if flags & 8:
            beyond, at = struct.unpack(">Q", plain[at:at + 8])[0], at + 8
        out["acks"].append((epoch, following, beyond))
    if flags & 2:
        out["time"], out["newest_epoch"] = struct.unpack(">QH", plain[at:at + 10])
        out["keyring"], at = varint(plain, at + 10)
        out["updates"], at = varint(plain, at)
        if out["updates"]:
            out["sequence"], at = varint(plain, at)
    return out


# --- the tests ---------------------------------------------------------------------------------------------------------


class KnownAnswers(unittest.TestCase):
    def setUp(self):
        self.golden = dict(line.split(": ") for line in GOLDEN.read_text().splitlines())
        self.keys = {"box": public(self.bytes("box-agree-secret")), "prekey": self.bytes("district-prekey-secret"),
                     "psk": self.bytes("psk")}

    def bytes(self, name):
        return bytes.fromhex(self.golden[name])

    def test_the_epoch_opens_and_names_its_codes(self):
        epoch = Epoch(self.bytes("opening"), self.keys)
        self.assertEqual((epoch.box, epoch.number, epoch.key_id, epoch.closed, epoch.closed_items), (7, 1, 1, 0, 0))
        self.assertEqual(epoch.record, self.bytes("opening-payload")[3:].rstrip(b"\0"))
        self.assertEqual(numbers(epoch.seed), (self.golden["opening-code"], self.golden["opening-receipt"]))
        for counter in (2, 1):  # in any order
            record, seed = epoch.open(self.bytes(f"item-{counter}"))
            self.assertEqual(record, self.bytes(f"item-{counter}-record"))
            self.assertEqual(numbers(seed), (self.golden[f"item-{counter}-code"], self.golden[f"item-{counter}-receipt"]))
            self.assertEqual(numbers(seed, 1)[0], self.golden[f"item-{counter}-code-attempt-1"])

    def test_a_batch_is_its_items_and_a_parcel_its_frames(self):
        self.assertEqual(items_of(self.bytes("batch")), [self.bytes("item-1"), self.bytes("item-2")])
        self.assertEqual(frames_of(self.bytes("parcel")), [self.bytes("opening"), self.bytes("batch")])

    def test_call_and_answers(self):
        call = self.bytes("call")
        plain = siv_open(self.keys, b"up", call[:4], call[4:])
        self.assertEqual(struct.unpack(">I", plain[:4])[0], 0x01020304)
        marks = {1: self.bytes("opening")[6:10]}
        self.assertEqual(read_answer(self.bytes("acknowledgement"), self.keys, marks), {"acks": [(1, 2, 0)]})
        answer = read_answer(self.bytes("answer"), self.keys, marks)
        self.assertEqual(answer, {"echo": 0x01020304, "acks": [(1, 2, 5)], "time": 1795489200, "newest_epoch": 1, "keyring": 1,
                                  "updates": 1, "sequence": 4})
        with self.assertRaises(ValueError):  # of another epoch under that number
            read_answer(self.bytes("answer"), self.keys, {1: b"else"})

    def test_a_flipped_bit_anywhere_is_refused(self):
        epoch = Epoch(self.bytes("opening"), self.keys)
        for at in range(0, 8 * len(self.bytes("item-1")), 5):
            item = bytearray(self.bytes("item-1"))
            item[at // 8] ^= 1 << at % 8
            with self.assertRaises((ValueError, IndexError)):
                epoch.open(bytes(item))
        for at in (3, 50, 100, 400, 900):
            opening = bytearray(self.bytes("opening"))
            opening[at // 8] ^= 1 << at % 8
            with self.assertRaises(ValueError):
                Epoch(bytes(opening), self.keys)


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=1))
