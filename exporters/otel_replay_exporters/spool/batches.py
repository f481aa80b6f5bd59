"""Batches as bytes, for the spool.

A JSON header of what is small, its length (4 bytes, big-endian) before it, then the payloads one
after the other. Fields that a reader does not know are ignored, those that are missing have their
defaults, so that a spool outlives an upgrade.
"""

from __future__ import annotations

import dataclasses
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import orjson

from otel_replay.sessions.chunks import Chunk
from otel_replay.telemetry import ExportRequest

T = TypeVar("T")

_LENGTH = struct.Struct(">I")


class DamagedBatchError(ValueError):
    """The bytes are no batch of this kind."""


@dataclass(frozen=True)
class Batch(Generic[T]):
    """Items that are written together, under a token."""

    items: Sequence[T]
    token: str
    attempted: bool = False
    """A write under this token was begun, so it may be stored already: only exactly these items
    under exactly this token cannot double it."""


@dataclass(frozen=True)
class Codec(Generic[T]):
    """How items of one kind become bytes."""

    split: Callable[[T], tuple[Any, Sequence[bytes]]]
    """Takes an item apart: what goes into the header, and its payloads."""
    join: Callable[[Any, Iterator[bytes]], T]
    """Puts it together again; takes as many payloads as it had."""

    def encode(self, batch: Batch[T]) -> bytes:
        parts = [self.split(item) for item in batch.items]
        payloads = [payload for _, item_payloads in parts for payload in item_payloads]
        header = orjson.dumps(
            {
                "token": batch.token,
                "attempted": batch.attempted,
                "items": [description for description, _ in parts],
                "lengths": [len(payload) for payload in payloads],
            }
        )
        return b"".join([_LENGTH.pack(len(header)), header, *payloads])

    def decode(self, data: bytes) -> Batch[T]:
        """Raises DamagedBatchError."""
        try:
            (length,) = _LENGTH.unpack_from(data)
            header = orjson.loads(data[_LENGTH.size : _LENGTH.size + length])
            payloads = _slices(data, _LENGTH.size + length, header["lengths"])
            items = [self.join(description, payloads) for description in header["items"]]
            return Batch(items, header["token"], header["attempted"])
        except (struct.error, KeyError, TypeError, ValueError, RuntimeError) as exc:
            raise DamagedBatchError(f"not a batch of this version: {exc!r}") from exc


def _slices(data: bytes, offset: int, lengths: Sequence[int]) -> Iterator[bytes]:
    if offset + sum(lengths) != len(data):
        raise DamagedBatchError("its payloads are short")
    for length in lengths:
        yield data[offset : offset + length]
        offset += length


def _split_request(request: ExportRequest) -> tuple[Any, list[bytes]]:
    described = {"signal": request.signal, "records": request.records}
    return described, [request.data]


def _join_request(described: Any, payloads: Iterator[bytes]) -> ExportRequest:
    return ExportRequest(described["signal"], next(payloads), records=described["records"])


_CHUNK_FIELDS = [f.name for f in dataclasses.fields(Chunk) if f.name != "payload"]


def _split_chunks(chunks: Sequence[Chunk]) -> tuple[Any, list[bytes]]:
    described = [{name: getattr(chunk, name) for name in _CHUNK_FIELDS} for chunk in chunks]
    return described, [chunk.payload for chunk in chunks]


def _join_chunks(described: Any, payloads: Iterator[bytes]) -> tuple[Chunk, ...]:
    return tuple(_chunk(values, next(payloads)) for values in described)


def _chunk(values: dict[str, Any], payload: bytes) -> Chunk:
    known: dict[str, Any] = {"payload": payload}
    for name in _CHUNK_FIELDS:
        if name in values:
            value = values[name]
            known[name] = tuple(value) if isinstance(value, list) else value
    return Chunk(**known)


REQUESTS: Codec[ExportRequest] = Codec(_split_request, _join_request)
CHUNKS: Codec[Sequence[Chunk]] = Codec(_split_chunks, _join_chunks)
