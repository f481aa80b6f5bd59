"""Packs: one blob object for the chunks of many sessions that are committed together.

Their form is that of `otel_replay.sessions.packs`.
"""

from __future__ import annotations

import time
import uuid
import zlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from otel_replay.sessions import packs
from otel_replay.sessions.chunks import Chunk
from otel_replay.storage.blobs import BlobStore
from otel_replay.storage.blobs.costs import put_requests
from otel_replay.storage.clickhouse import Database
from otel_replay_exporters.pace import PutPace

# Browsers' clocks may be set to any month.
_SETTINGS = {"max_partitions_per_insert_block": 0}


class PackWriter:
    """Stores batches of chunks: the pack first, then the index rows."""

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        pace: PutPace | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`pace` is told of the PUTs that are made; `clock` gives seconds since the epoch."""
        self._database = database
        self._blobs = blobs
        self._pace = pace
        self._clock = clock

    def __call__(self, batch: Sequence[Sequence[Chunk]], token: str = "") -> None:
        """Writes the chunks of all requests of the batch; durable when it returns.

        A chunk that was stored before is stored as the same row again, which merges away. The same
        batch under the same token gives the same pack within an hour, and after that another one
        that replaces it. Raises UnavailableError, ConfigError and QueryError.
        """
        chunks = [chunk for request in batch for chunk in request]
        if not chunks:
            return
        key = self._key(token or uuid.uuid4().hex)
        rows = _rows(key, chunks)
        pack = packs.join([chunk.payload for chunk in chunks], rows)
        if self._pace is not None:
            self._pace.spend(put_requests(len(pack)))
        self._blobs.put(key, pack)
        self._database.insert("replay_chunks", rows, _SETTINGS)

    def _key(self, name: str) -> str:
        """By the time of writing: who looks for packs to delete can tell by its key alone that one
        was written long ago, also when its chunks had waited in the spool for days."""
        return f"packs/{datetime.fromtimestamp(self._clock(), UTC):%Y-%m-%d/%H}/{name}"


def _rows(key: str, chunks: Sequence[Chunk]) -> list[dict[str, Any]]:
    rows, offset = [], 0
    for chunk in chunks:
        rows.append(_row(key, offset, chunk))
        offset += len(chunk.payload)
    return rows


def _row(key: str, offset: int, chunk: Chunk) -> dict[str, Any]:
    return {
        "SessionId": chunk.session_id,
        "Tab": chunk.tab,
        "Seq": chunk.seq,
        "MoreSeqs": chunk.more_seqs,
        "Widths": list(chunk.widths),
        "Piece": chunk.piece,
        "Pieces": chunk.pieces,
        "StartTime": _time(chunk.start_ms),
        "EndTime": _time(chunk.end_ms),
        "Checkpoint": chunk.checkpoint,
        "Final": chunk.final,
        "Events": chunk.events,
        "Size": chunk.size_bytes,
        "Encoding": chunk.encoding,
        "Blob": key,
        "Offset": offset,
        "Length": len(chunk.payload),
        "Crc32": zlib.crc32(chunk.payload),
        "ServiceName": chunk.service_name,
        "ResourceAttributes": dict(chunk.resource_attributes),
        "UserId": chunk.user_id,
        "SentAt": _time(chunk.sent_ms),
        "ReceivedAt": _time(chunk.received_ms),
    }


def _time(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
