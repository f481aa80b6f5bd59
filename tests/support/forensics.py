"""Looks for a text in every byte of a data folder, inside of what is compressed too.

ClickHouse's files are read here without ClickHouse: what no part of its own lists any more, but
still lies there, must be found as well.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_CHECKSUM = 16
_HEADER = 9
_NONE, _LZ4, _ZSTD, _MULTIPLE, _DELTA = 0x02, 0x82, 0x90, 0x91, 0x92
_METHODS = (_NONE, _LZ4, _ZSTD, _MULTIPLE, _DELTA)
_GZIP_MAGIC = b"\x1f\x8b\x08"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"


def files_with(folder: Path, word: str) -> list[str]:
    """Files below the folder that have the word anywhere, by path; names of files count too."""
    wanted = word.encode()
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and (word in str(path.relative_to(folder)) or _has(path, wanted))
    )


def _has(path: Path, word: bytes) -> bool:
    data = path.read_bytes()
    return any(word in text for text in (data, *_inside(data)))


def _inside(data: bytes) -> Iterator[bytes]:
    """What is compressed in a file, as ClickHouse does it or as gzip members or zstd frames."""
    yield b"".join(blocks(data))
    for magic in (_GZIP_MAGIC, _ZSTD_MAGIC):
        at = data.find(magic)
        while at >= 0:
            yield _member(data, at, magic)
            at = data.find(magic, at + 1)


def _member(data: bytes, at: int, magic: bytes) -> bytes:
    """What decompresses of a member or frame that seems to begin here."""
    if magic == _GZIP_MAGIC:
        inflater = zlib.decompressobj(31)
        try:
            return inflater.decompress(data[at:])
        except zlib.error:
            return b""
    try:
        return zstd.ZstdDecompressor().decompress(data[at:])
    except zstd.ZstdError:
        return b""


def blocks(data: bytes) -> Iterator[bytes]:
    """The contents of compressed blocks one after the other, as far as the data has such.

    A block is a checksum (16 bytes), then method, its size with this header, and its size
    decompressed. Source: ClickHouse's CompressedReadBufferBase.cpp and CompressionInfo.h.
    """
    at = 0
    while at + _CHECKSUM + _HEADER <= len(data):
        start = at + _CHECKSUM
        size = int.from_bytes(data[start + 1 : start + 5], "little")
        if data[start] not in _METHODS or size < _HEADER or start + size > len(data):
            return
        yield _decoded(data[start : start + size])
        at = start + size


def _decoded(block: bytes) -> bytes:
    method, plain_size = block[0], int.from_bytes(block[5:9], "little")
    body = block[_HEADER:]
    if method == _ZSTD:
        return zstd.decompress(body)
    if method == _LZ4:
        return _lz4(body, plain_size)
    if method == _MULTIPLE:
        # The codecs' bytes come first; what follows went through the last of them last. Deltas of
        # numbers hold no text, so what the others have packed is enough.
        inner = body[1 + body[0] :]
        return _decoded(inner)
    return body


def _lz4(data: bytes, size: int) -> bytes:
    """An LZ4 block. Source: lz4_Block_format.md."""
    out = bytearray()
    at = 0
    while at < len(data) and len(out) < size:
        token = data[at]
        at += 1
        literals, at = _length(data, at, token >> 4)
        out += data[at : at + literals]
        at += literals
        if at >= len(data) or len(out) >= size:
            break
        distance = int.from_bytes(data[at : at + 2], "little")
        run, at = _length(data, at + 2, token & 15)
        run += 4
        # A match that reaches into itself repeats what it begins with.
        repeated = bytes(out[-distance:])
        out += (repeated * (run // distance + 1))[:run]
    return bytes(out[:size])


def _length(data: bytes, at: int, length: int) -> tuple[int, int]:
    if length == 15:
        while True:
            more = data[at]
            at += 1
            length += more
            if more != 255:
                break
    return length, at
