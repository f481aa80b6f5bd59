"""What the work on sessions is measured by."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from otel_replay import semconv
from otel_replay.instruments import Instruments
from otel_replay.self_telemetry import span
from otel_replay.sessions.compaction import Compacted
from otel_replay.sessions.garbage import Collected


@dataclass
class Round:
    """What a round did."""

    sessions: int = 0
    oldest_news_ms: int = 0
    """When the oldest news that it computed had come in, ms since the epoch; 0 without news."""


class RoundFigures:
    """The figures of one project's worker."""

    def __init__(self, instruments: Instruments, project: str) -> None:
        self._project = project
        self._sessions = instruments.sessions_computed.labels(project)
        self._seconds = instruments.session_round_seconds
        self._lag = instruments.session_lag_seconds.labels(project)
        self._done_at = instruments.session_round_timestamp.labels(project)

    @contextmanager
    def round(self) -> Iterator[Round]:
        """Measures a round; the caller fills in what it did."""
        this, outcome, began = Round(), "failed", time.perf_counter()
        try:
            yield this
            outcome = "done"
            self._done(this)
        finally:
            seconds = time.perf_counter() - began
            self._seconds.labels(self._project, outcome).observe(seconds)

    def _done(self, this: Round) -> None:
        now_s = time.time()
        self._sessions.inc(this.sessions)
        self._lag.set(max(0.0, now_s - this.oldest_news_ms / 1000) if this.oldest_news_ms else 0)
        self._done_at.set(now_s)

    @contextmanager
    def computing(self, sessions: int) -> Iterator[None]:
        """A span around the computation of so many sessions."""
        with span("compute sessions", {semconv.PROJECT: self._project, semconv.SESSIONS: sessions}):
            yield


class CompactionFigures:
    """The figures of one project's compaction worker."""

    def __init__(self, instruments: Instruments, project: str) -> None:
        self._project = project
        self._outcomes = instruments.compactions
        self._bytes = instruments.compaction_bytes
        self._cpu = instruments.compaction_cpu_seconds.labels(project)
        self._waiting = instruments.compaction_waiting.labels(project)
        self._done_at = instruments.compaction_timestamp.labels(project)
        self._deleted = instruments.blobs_deleted
        self._deleted_bytes = instruments.blob_bytes_deleted
        self._looked_at = instruments.blobs_deleted_timestamp.labels(project)

    @contextmanager
    def compacting(self) -> Iterator[None]:
        """A span around one session, which it does not name: it is no part of that session."""
        with span("compact session", {semconv.PROJECT: self._project}):
            yield

    def waiting(self, sessions: int) -> None:
        self._waiting.set(sessions)

    def compacted(self, done: Compacted) -> None:
        self._outcomes.labels(self._project, "partly" if done.left else "done").inc()
        self._bytes.labels(self._project, "packs").inc(done.bytes_in)
        self._bytes.labels(self._project, "segments").inc(done.bytes_out)
        self._cpu.inc(done.cpu_s)

    def failed(self) -> None:
        self._outcomes.labels(self._project, "failed").inc()

    def round_done(self) -> None:
        self._done_at.set(time.time())

    def deleted(self, collected: Collected, *, all_blobs: bool) -> None:
        self._deleted.labels(self._project, "pack").inc(collected.packs)
        self._deleted.labels(self._project, "object").inc(collected.objects)
        self._deleted_bytes.labels(self._project, "pack").inc(collected.pack_bytes)
        self._deleted_bytes.labels(self._project, "object").inc(collected.object_bytes)
        if all_blobs:
            self._looked_at.set(time.time())
