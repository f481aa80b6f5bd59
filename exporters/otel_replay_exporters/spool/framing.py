"""Records in a file, each of which tells whether it is whole.

A record is a mark (4 bytes), the length of its payload, the payload's CRC-32 (4 bytes each,
big-endian), the payload. A damaged one is found by its sum, and the next one by its mark.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

_MARK = b"\xf5ORS"
_HEADER = struct.Struct(">4sII")


@dataclass(frozen=True)
class Damage:
    """Bytes that are no record."""

    offset: int
    data: bytes
    torn: bool
    """The file ends before the record does: it was being written as the process ended."""

    def __str__(self) -> str:
        what = "cut off at the end of the file" if self.torn else "no whole record"
        return f"{len(self.data)} bytes from byte {self.offset} on: {what}"


def frame(payload: bytes) -> bytes:
    """The bytes of a record."""
    return _HEADER.pack(_MARK, len(payload), zlib.crc32(payload)) + payload


def read_records(data: bytes) -> Iterator[bytes | Damage]:
    """Yields payloads, and in between what is damaged."""
    offset = 0
    while offset < len(data):
        payload = _payload_at(data, offset)
        if payload is not None:
            yield payload
            offset += _HEADER.size + len(payload)
            continue
        following = _next_record(data, offset + 1)
        torn = following == len(data) and _is_cut_off(data, offset)
        yield Damage(offset, data[offset:following], torn)
        offset = following


def _payload_at(data: bytes, offset: int) -> bytes | None:
    if len(data) - offset < _HEADER.size:
        return None
    mark, length, crc = _HEADER.unpack_from(data, offset)
    payload = data[offset + _HEADER.size : offset + _HEADER.size + length]
    if mark != _MARK or len(payload) != length or zlib.crc32(payload) != crc:
        return None
    return payload


def _next_record(data: bytes, start: int) -> int:
    while (found := data.find(_MARK, start)) >= 0:
        if _payload_at(data, found) is not None:
            return found
        start = found + 1
    return len(data)


def _is_cut_off(data: bytes, offset: int) -> bool:
    rest = len(data) - offset
    if rest < _HEADER.size:
        return _MARK.startswith(data[offset : offset + len(_MARK)])
    mark, length, _crc = _HEADER.unpack_from(data, offset)
    return bool(mark == _MARK and rest < _HEADER.size + length)
