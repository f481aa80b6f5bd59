"""Recordings of real pages as they were sent, in packs, and compacted; and what a seek reads."""

from __future__ import annotations

import math
import os
import random
import secrets
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

from otel_replay.sessions.chunks import Chunk
from otel_replay.sessions.compaction import Compacted, compact
from otel_replay.sessions.recording import Recording as StoredRecording
from otel_replay.storage.blobs import BlobInfo, BlobStore, FileBlobStore
from otel_replay.storage.clickhouse import Database
from otel_replay_exporters.blobs.packs import PackWriter
from tests.bench.measure import percentile, table
from tests.bench.real_pages import Recording, record_all
from tests.support.database import temporary_database
from tests.support.s3_server import CREDENTIALS, S3Server
from tests.support.sessions import at

COMMIT_CHUNKS = 8
"""Chunks of a recording that are committed together, with none of others."""
SEEKS = 200
LONG_MINUTES = 240


def run(recordings: Sequence[Recording] | None = None) -> str:
    """Measures these recordings, or records some; returns tables."""
    recordings = recordings or record_all()
    with tempfile.TemporaryDirectory() as folder, _database(Path(folder)) as database:
        files = FileBlobStore(Path(folder) / "blobs")
        measured = [_measure(database, files, recording) for recording in recordings]
        long = _measure(database, files, _prolonged(recordings), commit_chunks=500)
        seeks = [
            _seeks("file", database, files, measured),
            _seeks("file, a tab of 4 hours", database, files, [long]),
        ]
        with _s3(Path(folder) / "s3", files) as s3:
            seeks.append(_seeks("S3", database, s3, measured))
            seeks.append(_seeks("S3, a tab of 4 hours", database, s3, [long]))
    sizes = [_sizes(one.recording.site, [one]) for one in measured]
    return "\n".join(
        [
            table("Recordings of real pages, bytes", _SIZES, [*sizes, _sizes("all", measured)]),
            table("Seeks to random moments of compacted sessions", _SEEKS, seeks),
        ]
    )


@dataclass(frozen=True)
class _Measured:
    recording: Recording
    packed: int
    """Bytes of the packs."""
    compacted: Compacted

    @property
    def chunks(self) -> list[tuple[str, int, int, int]]:
        """Tab, number, JSON bytes and bytes as sent of each chunk."""
        tabs = self.recording.tabs
        return [(t, c.seq, c.size_bytes, len(c.payload)) for t in tabs for c in tabs[t]]


_SIZES = [
    *("site", "minutes", "page loads", "JSON", "as sent", "in packs", "object", "of as sent"),
    *("as sent, per minute", "object, per minute", "CPU s per hour of session"),
]
_SEEKS = ["from", "seeks", "p50", "p95", "GETs per seek", "most GETs", "bytes read per seek"]


def _sizes(name: str, measured: Sequence[_Measured]) -> list[str]:
    minutes = sum(one.recording.minutes for one in measured)
    chunks = [chunk for one in measured for chunk in one.chunks]
    sent, object_bytes = sum(c[3] for c in chunks), sum(o.compacted.bytes_out for o in measured)
    cpu_s = sum(one.compacted.cpu_s for one in measured)
    return [
        *(name, f"{minutes:.1f}", f"{sum(len(one.recording.tabs) for one in measured)}"),
        *(f"{sum(c[2] for c in chunks):,}", f"{sent:,}"),
        *(f"{sum(one.packed for one in measured):,}", f"{object_bytes:,}"),
        f"{object_bytes / sent:.0%}",
        *(f"{sent / minutes:,.0f}", f"{object_bytes / minutes:,.0f}"),
        f"{cpu_s / (minutes / 60):.0f}",
    ]


def _prolonged(recordings: Sequence[Recording]) -> Recording:
    """The tab with most chunks again and again, until it is long; what that says of seeks does not
    depend on what is in it, and what it says of bytes is nothing."""
    chunks = max((tab for one in recordings for tab in one.tabs.values()), key=len)
    span_ms = chunks[-1].end_ms - chunks[0].start_ms + 1_000
    rounds = math.ceil(LONG_MINUTES * 60_000 / span_ms)
    again = [
        replace(
            chunk,
            seq=turn * len(chunks) + index,
            start_ms=chunk.start_ms + turn * span_ms,
            end_ms=chunk.end_ms + turn * span_ms,
        )
        for turn in range(rounds)
        for index, chunk in enumerate(chunks)
    ]
    return Recording("long", secrets.token_hex(16), {"long": again})


def _measure(
    database: Database,
    blobs: FileBlobStore,
    recording: Recording,
    commit_chunks: int = COMMIT_CHUNKS,
) -> _Measured:
    before = sum(blob.size_bytes for blob in blobs.list("packs/"))
    write, chunks = PackWriter(database, blobs), list(_chunks(recording))
    for start in range(0, len(chunks), commit_chunks):
        write([chunks[start : start + commit_chunks]])
    packed = sum(blob.size_bytes for blob in blobs.list("packs/")) - before
    started = at(min(chunk.start_ms for chunk in chunks))
    return _Measured(
        recording,
        packed,
        compact(database, blobs, recording.session_id, started, _now),
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _chunks(recording: Recording) -> Iterator[Chunk]:
    sent = [(c.end_ms, tab, c) for tab, chunks in recording.tabs.items() for c in chunks]
    for end_ms, tab, chunk in sorted(sent, key=lambda one: one[0]):
        yield Chunk(
            session_id=recording.session_id,
            tab=tab,
            seq=chunk.seq,
            start_ms=chunk.start_ms,
            end_ms=end_ms,
            events=chunk.events,
            checkpoint=chunk.checkpoint,
            final=False,
            encoding=chunk.encoding,
            size_bytes=chunk.size_bytes,
            payload=chunk.payload,
            sent_ms=end_ms,
            received_ms=end_ms,
            service_name="bench",
        )


class _CountingStore:
    """Counts what is read of a store."""

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs
        self.lengths: list[int] = []

    def get(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        data = self._blobs.get(key, offset, length)
        self.lengths.append(len(data))
        return data

    def put(self, key: str, data: bytes) -> None:
        self._blobs.put(key, data)

    def delete(self, key: str) -> None:
        self._blobs.delete(key)

    def list(self, prefix: str = "") -> Iterator[BlobInfo]:
        return self._blobs.list(prefix)


def _seeks(
    name: str, database: Database, blobs: BlobStore, measured: Sequence[_Measured]
) -> list[str]:
    """Reads from the checkpoint before a moment up to it, as a request of the player does."""
    chance, counting = random.Random(1), _CountingStore(blobs)
    seconds, gets = [], []
    for _ in range(SEEKS):
        recording = chance.choice(measured).recording
        tab = chance.choice(list(recording.tabs))
        chunks = recording.tabs[tab]
        to = chance.randrange(len(chunks))
        checkpoint = max(i for i in range(to + 1) if chunks[i].checkpoint or i == 0)
        before, began = len(counting.lengths), time.perf_counter()
        wanted = (chunks[checkpoint].seq, chunks[to].seq)
        for _part in StoredRecording(
            database, counting, recording.session_id, tab, *wanted, finished=True
        ).stored():
            pass
        seconds.append(time.perf_counter() - began)
        gets.append(len(counting.lengths) - before)
    return [
        *(name, str(SEEKS)),
        *(f"{percentile(seconds, percent) * 1000:.0f} ms" for percent in (50, 95)),
        *(f"{sum(gets) / SEEKS:.2f}", str(max(gets))),
        f"{sum(counting.lengths) / SEEKS:,.0f}",
    ]


@contextmanager
def _database(folder: Path) -> Iterator[Database]:
    before = Path.cwd()
    # The engine keeps the schemas it parses in the working directory.
    os.chdir(folder)
    try:
        with temporary_database(folder / "clickhouse") as database:
            yield database
    finally:
        os.chdir(before)


@contextmanager
def _s3(folder: Path, files: FileBlobStore) -> Iterator[BlobStore]:
    """An S3 that holds the objects too."""
    (folder / "bench").mkdir(parents=True)
    with mock.patch.dict(os.environ, CREDENTIALS), S3Server(folder) as server:
        s3 = server.store("bench")
        for blob in files.list("sessions/"):
            s3.put(blob.key, files.get(blob.key))
        yield s3
