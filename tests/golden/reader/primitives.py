"""X25519 (RFC 7748), Ed25519 (RFC 8032), ChaCha20-Poly1305 (RFC 8439) and BLAKE2b, plainly, for reading and not for secrets."""

import functools
import hashlib
import hmac
import struct

P = 2**255 - 19


class Refused(Exception):
    """Not what the pages describe, or not sealed by whom it should be."""


def need(held, what):
    if not held:
        raise Refused(what)


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
