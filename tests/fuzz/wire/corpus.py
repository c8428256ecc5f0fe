#!/usr/bin/env python3
"""Makes the corpora beside it of the known answers in tests/golden/wire: what is sealed there, and the messages inside."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
GOLDEN = HERE.parent.parent / "golden"
sys.path.insert(0, str(GOLDEN))
sys.dont_write_bytecode = True
import read_wire  # noqa: E402
from reader.answer import siv_open  # noqa: E402


def golden(name):
    return read_wire.Golden((GOLDEN / "wire" / name).read_text().splitlines())


def put(folder, name, door, data):
    (HERE / f"{folder}_corpus" / name).write_bytes(bytes([door]) + data)


epoch, inspectorate, news = golden("epoch.txt"), golden("inspectorate.txt"), golden("news.txt")
put("item", "opening", 0, epoch.bytes("opening"))
put("item", "bare", 0, inspectorate.bytes("opening"))
put("item", "following", 0, epoch.bytes("item-1"))
put("item", "two_byte_counter", 0, inspectorate.bytes("item-128"))
put("item", "payload", 1, epoch.bytes("opening-payload"))
put("item", "bare_payload", 1, inspectorate.bytes("opening-payload"))
put("item", "record", 2, b"\0" + epoch.bytes("item-1-record").ljust(64, b"\0"))
put("item", "zeros_inside", 2, b"\x7f" + inspectorate.bytes("item-2-record"))

put("frame", "item", 0, epoch.bytes("item-2"))
put("frame", "batch", 0, epoch.bytes("batch"))
put("frame", "parcel", 1, epoch.bytes("parcel"))
call = epoch.bytes("call")
put("frame", "call_and_items", 1, bytes([len(call)]) + call + epoch.bytes("parcel"))
put("frame", "composed", 251, epoch.bytes("parcel"))
put("frame", "composed_in_little_room", 11, epoch.bytes("parcel"))

keys = {"epoch": read_wire.link_keys(epoch.bytes("district-prekey-secret"), read_wire.public(epoch.bytes("box-agree-secret")), epoch.bytes("psk")),
        "news": read_wire.link_keys(news.bytes("district-prekey-secret"), read_wire.public(news.bytes("box-agree-secret")), news.bytes("psk"))}
marks = {"epoch": {1: epoch.bytes("opening")[6:10]}, "news": {number: news.bytes(f"mark-{number}") for number in (512, 513)}}
for source, name, frame in (("epoch", "call", call), ("news", "full_call", news.bytes("call")), ("news", "day_call", news.bytes("day-call"))):
    put("answer", name, 0, frame)
    put("answer", name + "_message", 1, siv_open(keys[source], "up", frame[:4], frame[4:]))
for source, name, frame in (("epoch", "acknowledgement", epoch.bytes("acknowledgement")), ("epoch", "answer", epoch.bytes("answer")),
                            ("news", "full_answer", news.bytes("answer"))):
    size = 6 + 2 * frame[5]
    epochs = [int.from_bytes(frame[at:at + 2], "big") for at in range(6, size, 2)]
    plain = siv_open(keys[source], "down", frame[:size] + b"".join(marks[source][one] for one in epochs), frame[size:])
    head = bytearray(frame[:size])
    for at in range(7, size, 2):
        head[at] &= 0xFE  # an epoch that the target knows
    put("answer", name, 0, frame)
    put("answer", name + "_message", 2, bytes([size]) + bytes(head) + plain)
