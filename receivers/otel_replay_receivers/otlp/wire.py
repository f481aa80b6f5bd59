"""The protobuf wire format, as far as it takes to tell where the parts of a message lie.

https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

from collections.abc import Iterator

from otel_replay.errors import InvalidDataError

LENGTH = 2
"""Wire type of messages, strings and bytes."""
_FIXED = {1: 8, 5: 4}
_FIRST_TAG = 8


def fields(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """The fields of the message in data[start:end], in order.

    Each is (tag, where the field starts, where its value starts, where it ends); a tag is the
    field's number * 8 + wire type. Raises InvalidDataError where the bytes are no message.
    """
    at = start
    while at < end:
        begin = at
        tag = data[at]
        at += 1
        if tag > 127:
            tag, at = varint(data, begin, end)
        kind = tag & 7
        value = at
        if kind == LENGTH:
            size, value = _length(data, at, end)
            at = value + size
        elif kind in _FIXED:
            at += _FIXED[kind]
        elif kind == 0:
            _, at = varint(data, at, end)
        else:
            raise _malformed(begin, f"a field of wire type {kind}")
        if tag < _FIRST_TAG:
            raise _malformed(begin, "a field without number")
        if at > end:
            raise _malformed(begin, "a field that is longer than what holds it")
        yield tag, begin, value, at


def _length(data: bytes, at: int, end: int) -> tuple[int, int]:
    """A varint; nearly all lengths have one byte or two."""
    if at + 1 < end:
        low, high = data[at], data[at + 1]
        if low < 128:
            return low, at + 1
        if high < 128:
            return low & 127 | high << 7, at + 2
    return varint(data, at, end)


def varint(data: bytes, at: int, end: int) -> tuple[int, int]:
    """The number at `at`, and where it ends."""
    number = shift = 0
    while at < end and shift < 70:
        byte = data[at]
        at += 1
        number |= (byte & 127) << shift
        if byte < 128:
            return number, at
        shift += 7
    raise _malformed(at, "a number that does not end")


def field(tag: int, value: bytes) -> bytes:
    """A field of wire type LENGTH."""
    return head(tag, len(value)) + value


def head(tag: int, size: int) -> bytes:
    """What stands before the `size` bytes of a field of wire type LENGTH."""
    return _varint_bytes(tag) + _varint_bytes(size)


def _varint_bytes(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def _malformed(at: int, what: str) -> InvalidDataError:
    return InvalidDataError(f"the body is not protobuf: {what} at byte {at}")
