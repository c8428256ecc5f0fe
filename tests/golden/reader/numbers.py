"""Bytes and bits read from the front: nothing behind the end, one way to write each number."""

from .primitives import Refused, need


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
