"""docs/formats/record.md: a submission's fields and texts in bits."""

import datetime

from .numbers import Bits
from .primitives import need
from .zstd import ZSTD


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
        if not ZSTD.libzstd:
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
