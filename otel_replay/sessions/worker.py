"""Keeps the rows of `sessions` up to date with what comes in."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from otel_replay.errors import RetryableError
from otel_replay.instruments import Instruments
from otel_replay.rounds import work_in_rounds
from otel_replay.sessions import lifecycle
from otel_replay.sessions.derive import derive
from otel_replay.sessions.figures import RoundFigures
from otel_replay.storage.clickhouse import Database, QueryError
from otel_replay.storage.queries import read_query

log = logging.getLogger(__name__)

BATCH = 500
"""Sessions computed by one statement."""
OVERLAP_MS = 60_000
"""How far back the news is read again: an insert shows up only once it is complete."""
SETTLE_MS = 10_000
"""A session is computed once more this long after its last news: the rows that it is computed from
may show up just after the news of them."""
REFUSED_MS = 60_000
"""A session whose computation ClickHouse refused is tried again after this time."""
FINISH_EVERY_MS = 10_000
"""How often it is looked for sessions to finish, which reads all of them."""
FINISHED_AT_ONCE = 10 * BATCH
INTERVAL_S = 1.0
LONGEST_BACK_OFF_S = 30.0


class SessionWorker:
    """Computes the sessions that something came in for, and finishes those whose time has come.

    Everything it remembers can be lost: on start it finds in the database what is left to do.
    Several workers on one database do the same work twice; no harm else.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], float] = time.time,
        *,
        instruments: Instruments | None = None,
        project: str = "",
        buried: Callable[[Sequence[str]], set[str]] = lambda _ids: set(),
    ) -> None:
        """`clock` gives seconds since the epoch; `buried` tells which sessions were erased, and
        must have no row again."""
        self._database = database
        self._figures = RoundFigures(instruments or Instruments(), project)
        self._clock = clock
        self._buried = buried
        self._watermark_ms: int | None = None
        self._finish_next_ms = 0
        self._seen: dict[str, int] = {}
        """Session to its latest news that went into its row; ClickHouse's clock."""
        self._settling: dict[str, int] = {}
        """Session to the time when it is to be computed again; our clock."""

    def run(self, stop: threading.Event) -> None:
        """Works until `stop` is set."""

        def one_round() -> float:
            self.run_once()
            return INTERVAL_S

        work_in_rounds(one_round, stop, what="deriving sessions", longest_s=LONGEST_BACK_OFF_S)

    def run_once(self) -> int:
        """Computes what is to be computed now; returns how many rows of sessions that were.

        Raises QueryError and UnavailableError; what was not computed then is computed next time.
        """
        now_ms = int(self._clock() * 1000)
        with self._figures.round() as this:
            watermark_ms, news = self._news()
            fresh = {i: touched for i, touched in news.items() if touched > self._seen.get(i, 0)}
            this.oldest_news_ms = min(fresh.values(), default=0)
            # Together: planning the statement takes longer than computing some sessions with it.
            wanted = dict.fromkeys([*fresh, *self._settled(now_ms), *self._due(now_ms)])
            this.sessions = self._compute(list(wanted), now_ms)
            self._remember(watermark_ms, news, fresh, now_ms)
        return this.sessions

    def _remember(
        self, watermark_ms: int, news: dict[str, int], fresh: Iterable[str], now_ms: int
    ) -> None:
        """Notes that this news is in the rows."""
        for session_id in fresh:
            self._settling.setdefault(session_id, now_ms + SETTLE_MS)
        self._watermark_ms = watermark_ms
        horizon_ms = watermark_ms - OVERLAP_MS
        self._seen = {
            i: touched for i, touched in {**self._seen, **news}.items() if touched >= horizon_ms
        }

    def _news(self) -> tuple[int, dict[str, int]]:
        """The new watermark, and the sessions to look at with the time of their latest news."""
        if self._watermark_ms is None:
            watermark_ms = self._database.query(read_query(__package__, "now"))[0]["now_ms"]
            name, parameters = "touched_and_stale", {"since_ms": 0, "settle_ms": SETTLE_MS}
        else:
            watermark_ms = self._watermark_ms
            name, parameters = "touched_since", {"since_ms": watermark_ms - OVERLAP_MS}
        rows = self._database.query(read_query(__package__, name), parameters)
        news = {row["SessionId"]: row["touched_ms"] for row in rows}
        return max(watermark_ms, *news.values(), 0), news

    def _settled(self, now_ms: int) -> list[str]:
        return [i for i, time_ms in self._settling.items() if time_ms <= now_ms]

    def _due(self, now_ms: int) -> list[str]:
        """Sessions whose time to finish has come, but for those that are computed soon anyway."""
        if now_ms < self._finish_next_ms:
            return []
        self._finish_next_ms = now_ms + FINISH_EVERY_MS
        due = lifecycle.due(self._database, now_ms, FINISHED_AT_ONCE)
        return [i for i in due if i not in self._settling]

    def _compute(self, session_ids: Sequence[str], now_ms: int) -> int:
        for batch in _batches(session_ids):
            for session_id in batch:
                self._settling.pop(session_id, None)
            with self._figures.computing(len(batch)):
                self._derive(batch, now_ms)
        return len(session_ids)

    def _derive(self, batch: Sequence[str], now_ms: int) -> None:
        """Computes a batch; one that ClickHouse refuses is split until the culprit stands alone."""
        try:
            gone = self._buried(batch)
            derive(self._database, [i for i in batch if i not in gone], now_ms)
            # One may have been erased meanwhile: who is asked remembers it, and takes it out.
            self._buried(batch)
        except RetryableError:
            self._settling.update(dict.fromkeys(batch, now_ms))
            raise
        except QueryError as exc:
            if len(batch) == 1:
                log.error("session %s cannot be computed now: %s", batch[0], exc)
                self._settling[batch[0]] = now_ms + REFUSED_MS
                return
            middle = len(batch) // 2
            self._derive(batch[:middle], now_ms)
            self._derive(batch[middle:], now_ms)


def _batches(session_ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(session_ids), BATCH):
        yield session_ids[start : start + BATCH]
