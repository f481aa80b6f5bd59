"""What the rounds of a session worker are measured by."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from otel_replay import semconv
from otel_replay.instruments import Instruments
from otel_replay.self_telemetry import span


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
