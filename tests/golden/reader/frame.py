"""docs/formats/frame.md: batches of items and parcels of frames."""

from .item import Header
from .numbers import Bytes
from .primitives import need


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
