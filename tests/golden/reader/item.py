"""docs/formats/item.md: Noise revision 34, epochs and their items, codes and receipts."""

import hashlib
import hmac
import struct

from .numbers import Bytes
from .primitives import aead_open, blake, need, public, rekey, x25519


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
