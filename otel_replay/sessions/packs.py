"""The form of blobs that say themselves what they hold: packs, and the objects of sessions.

Payloads one after the other, then a JSON list with a row of `replay_chunks` for each chunk, the
list's length (4 bytes, big-endian) and a mark; so the index rows can be made anew from the blobs.
In the objects of sessions the list is a zstd frame: as text it would be as big as the rest.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import orjson

from otel_replay.errors import DamagedBlobError
from otel_replay.sessions import zstandard
from otel_replay.storage.blobs import BlobInfo, BlobStore

MARK = b"ORP1"
PACK_PREFIX = "packs/"
_TRAILER = struct.Struct(">I4s")
_LEVEL = 12
MAX_INDEX_BYTES = 512 * 1024 * 1024
TAIL_BYTES = 64 * 1024
"""How much of a blob's end is read in the hope that the whole list lies in it."""


def join(payloads: Sequence[bytes], rows: Sequence[Mapping[str, Any]]) -> bytes:
    """The blob: `payloads` in order, then `rows`, whose Offset and Length point into them."""
    index = orjson.dumps(rows)
    return b"".join([*payloads, index, _TRAILER.pack(len(index), MARK)])


def join_compressed(payloads: Sequence[bytes], rows: Sequence[Mapping[str, Any]]) -> bytes:
    """The same, with a list that takes less room."""
    index = zstandard.compress(orjson.dumps(rows), _LEVEL)
    return b"".join([*payloads, index, _TRAILER.pack(len(index), MARK)])


def index_of(data: bytes, key: str) -> list[dict[str, Any]]:
    """The rows at the end of a whole blob, times as ISO 8601 text.

    `key` is for the message of the DamagedBlobError when there are none.
    """
    length = _index_length(data, len(data), key)
    return _parsed(data[len(data) - _TRAILER.size - length : len(data) - _TRAILER.size], key)


def read_index(blobs: BlobStore, blob: BlobInfo) -> list[dict[str, Any]]:
    """The rows at the end of a blob in the store, of which no more is read than its end.

    Raises DamagedBlobError and UnavailableError.
    """
    start = max(0, blob.size_bytes - TAIL_BYTES)
    tail = blobs.get(blob.key, start, blob.size_bytes - start)
    length = _index_length(tail, blob.size_bytes, blob.key)
    if length + _TRAILER.size > len(tail):
        tail = blobs.get(blob.key, blob.size_bytes - _TRAILER.size - length, length)
        return _parsed(tail, blob.key)
    return _parsed(tail[len(tail) - _TRAILER.size - length : len(tail) - _TRAILER.size], blob.key)


def scrub(data: bytes, session_ids: Collection[str], key: str) -> bytes | None:
    """The same blob without these sessions: zeros for their bytes, their rows left out.

    All else stays where it is, so rows of other sessions stay right. None when it holds nothing of
    them. Raises DamagedBlobError.
    """
    rows = index_of(data, key)
    kept = [row for row in rows if row["SessionId"] not in session_ids]
    if len(kept) == len(rows):
        return None
    end = len(data) - _TRAILER.size - _index_length(data, len(data), key)
    payload = bytearray(data[:end])
    for row in rows:
        if row["SessionId"] in session_ids:
            offset, length = row["Offset"], row["Length"]
            payload[offset : offset + length] = bytes(len(payload[offset : offset + length]))
    return join([bytes(payload)], kept)


def _index_length(tail: bytes, size_bytes: int, key: str) -> int:
    """Bytes of the list, from the end of a blob that has `size_bytes` in all."""
    if len(tail) < _TRAILER.size:
        raise DamagedBlobError(f"blob {key} has {size_bytes} bytes: too few for a list of contents")
    length, mark = _TRAILER.unpack(tail[-_TRAILER.size :])
    if mark != MARK or length + _TRAILER.size > size_bytes:
        raise DamagedBlobError(f"blob {key} does not end with a list of its contents")
    return int(length)


def _parsed(index: bytes, key: str) -> list[dict[str, Any]]:
    try:
        if zstandard.is_frame(index):
            index = zstandard.decompress(index, MAX_INDEX_BYTES)
        rows: list[dict[str, Any]] = orjson.loads(index)
    except DamagedBlobError as exc:
        raise DamagedBlobError(f"the list of contents of blob {key} {exc}") from exc
    except orjson.JSONDecodeError as exc:
        raise DamagedBlobError(f"the list of contents of blob {key} is not JSON: {exc}") from exc
    return rows
