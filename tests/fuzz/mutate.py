"""Spoils bytes in the ways that parsers trip over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

_TELLING = [
    *(b"\x00", b"\xff", b"\x7f", b"\x80", b"\x80\x00", b"\xff" * 9 + b"\x01", b"\xff" * 10),
    *(b"\x0a\x00", b"\x12\x00", b"\x2a\x00", b"\x0b", b"\x0c", b"\x09", b"\x0d", b"\xe2\x80\xa8"),
    *(
        b"\xed\xa0\xbd",
        b'"',
        b"\\",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b"null",
        b"true",
        b"-0",
        b"1e999",
    ),
    *(
        rb"\ud83d",
        rb"\u0000",
        b"\x1f\x8b\x08",
        b"\x28\xb5\x2f\xfd",
        b"NaN",
        b'"-Infinity"',
        b"1e21",
    ),
]


def mutated(data: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """The bytes after one mutation or a few."""
    for _ in range(random.choice((1, 1, 1, 2, 3, 8))):
        data = random.choice(_MUTATIONS)(data, others, random)
    return data


def _place(data: bytes, random: Random) -> int:
    return random.randint(0, len(data))


def _range(data: bytes, random: Random) -> tuple[int, int]:
    start = _place(data, random)
    return start, min(len(data), start + random.choice((1, 2, 5, 20, 200)))


def _flip(data: bytes, _others: Sequence[bytes], random: Random) -> bytes:
    if not data:
        return data
    at = random.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :]


def _replace(data: bytes, _others: Sequence[bytes], random: Random) -> bytes:
    start, end = _range(data, random)
    return data[:start] + random.choice(_TELLING) + data[end:]


def _insert(data: bytes, _others: Sequence[bytes], random: Random) -> bytes:
    at = _place(data, random)
    return data[:at] + random.choice(_TELLING) + data[at:]


def _delete(data: bytes, _others: Sequence[bytes], random: Random) -> bytes:
    start, end = _range(data, random)
    return data[:start] + data[end:]


def _repeat(data: bytes, _others: Sequence[bytes], random: Random) -> bytes:
    start, end = _range(data, random)
    return data[:end] + data[start:end] * random.choice((1, 2, 30)) + data[end:]


def _cut(data: bytes, _others: Sequence[bytes], random: Random) -> bytes:
    return data[: _place(data, random)]


def _splice(data: bytes, others: Sequence[bytes], random: Random) -> bytes:
    other = random.choice(others)
    start, end = _range(other, random)
    at = _place(data, random)
    return data[:at] + other[start:end] + data[at:]


def _append(data: bytes, others: Sequence[bytes], random: Random) -> bytes:
    return data + random.choice(others)


_MUTATIONS: list[Callable[[bytes, Sequence[bytes], Random], bytes]] = [
    *(_flip, _replace, _insert, _delete, _repeat, _cut, _splice, _append)
]
