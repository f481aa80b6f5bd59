"""The worker that compacts sessions once they have finished, and collects the garbage that leaves.

Several workers share the sessions by claims. All that a worker remembers can be lost: what is left
to do is found in the database, and in the names of the blobs.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from otel_replay.instruments import Instruments
from otel_replay.rounds import work_in_rounds
from otel_replay.sessions.compaction import Compacted, compact
from otel_replay.sessions.figures import CompactionFigures
from otel_replay.sessions.garbage import COMPACT_CLAIM, Collector, Grace
from otel_replay.storage.blobs import BlobInfo, BlobStore
from otel_replay.storage.claims import Claims
from otel_replay.storage.clickhouse import Database, QueryError
from otel_replay.storage.queries import read_query

log = logging.getLogger(__name__)

AT_ONCE = 8
"""Sessions that are claimed together."""
LEASE_S = 30.0
"""Renewed as long as the work lasts; what a killed worker was at waits no longer."""
AGAIN_MS = 60_000
"""A session that was compacted is listed until its row is computed anew."""
FIRST_RETRY_MS = 3600_000
LONGEST_RETRY_MS = 24 * 3600_000
"""What could not be done is tried again, each time after twice as long."""
PACKS_EVERY_MS = 10 * 60_000
ALL_EVERY_MS = 24 * 3600_000
"""How often all objects of sessions are looked at for those that nobody refers to."""
LONGEST_INTERVAL_S = 15.0
LONGEST_BACK_OFF_S = 60.0
NICENESS = 10
"""Compaction can wait; what comes in, and who watches, cannot."""


@dataclass(frozen=True, slots=True)
class _Later:
    """When a session is to be looked at again, and how long that was to wait."""

    time_ms: int
    pause_ms: int


class CompactionWorker:
    """Compacts one project's sessions and deletes the blobs that nothing refers to any more."""

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        clock: Callable[[], float] = time.time,
        *,
        after_s: float = 60,
        grace: Grace | None = None,
        instruments: Instruments | None = None,
        project: str = "",
    ) -> None:
        """`clock` gives seconds since the epoch; sessions wait `after_s` after they finished."""
        self._database = database
        self._blobs = blobs
        self._clock = clock
        self._after_ms = round(after_s * 1000)
        self._interval_s = min(LONGEST_INTERVAL_S, max(1.0, after_s / 4))
        self._grace = grace or Grace()
        self._figures = CompactionFigures(instruments or Instruments(), project)
        self._claims = Claims(database)
        self._collector = Collector(database, blobs, self._claims, self._grace)
        self._later: dict[str, _Later] = {}
        self._superseded: deque[tuple[int, str]] = deque()
        """Objects that chunks were moved out of, by the time from which on they may go."""
        self._packs_next_ms = 0
        self._all_next_ms = 0

    def run(self, stop: threading.Event) -> None:
        """Works until `stop` is set."""
        _give_way()

        def one_round() -> float:
            return 0 if self.run_once(stop) else self._interval_s

        work_in_rounds(one_round, stop, what="compaction", longest_s=LONGEST_BACK_OFF_S)

    def run_once(self, stop: threading.Event | None = None) -> int:
        """Compacts some of the sessions that wait for it, and collects garbage when it is time.

        Returns how many sessions were compacted. Raises QueryError and UnavailableError; what was
        not done then is done next time.
        """

        def stopped() -> bool:
            return stop is not None and stop.is_set()

        done = self._compact_some(stopped)
        self._collect(stopped)
        self._figures.round_done()
        return done

    def _compact_some(self, stopped: Callable[[], bool]) -> int:
        due = {row["SessionId"]: row for row in self._due(self._now_ms())}
        ours = self._claims.take(COMPACT_CLAIM, list(due), LEASE_S)
        done = 0
        with self._claims.keeping(COMPACT_CLAIM, ours, LEASE_S):
            while ours and not stopped():
                done += self._compact(due[ours[0]])
                self._claims.release(COMPACT_CLAIM, [ours.pop(0)])
        return done

    def _due(self, now_ms: int) -> Sequence[dict[str, Any]]:
        parameters = {
            "finished_by_ms": now_ms - self._after_ms,
            "limit": AT_ONCE + len(self._later),
            "worker": self._claims.worker,
        }
        rows = self._database.query(read_query(__package__, "to_compact"), parameters)
        self._figures.waiting(rows[0]["waiting"] if rows else 0)
        return [row for row in rows if self._is_time(row["SessionId"], now_ms)][:AT_ONCE]

    def _is_time(self, session_id: str, now_ms: int) -> bool:
        later = self._later.get(session_id)
        return later is None or later.time_ms <= now_ms

    def _compact(self, row: dict[str, Any]) -> bool:
        session_id = row["SessionId"]
        started = datetime.fromtimestamp(row["start_ms"] / 1000, UTC)
        try:
            with self._figures.compacting():
                done = compact(self._database, self._blobs, session_id, started, self._now)
        except QueryError as exc:
            log.error("session %s cannot be compacted now: %s", session_id, exc)
            self._figures.failed()
            self._put_off(session_id, FIRST_RETRY_MS)
            return False
        self._note(session_id, done)
        return done.chunks > 0

    def _note(self, session_id: str, done: Compacted) -> None:
        now_ms = self._now_ms()
        if done.chunks or done.left:
            self._figures.compacted(done)
        grace_ms = round(self._grace.objects_s * 1000)
        self._superseded += ((now_ms + grace_ms, key) for key in done.superseded)
        if done.left:
            log.error(
                "session %s: %d chunks cannot be read and stay where they are;"
                " otel-replay fsck names them",
                *(session_id, done.left),
            )
            self._put_off(session_id, FIRST_RETRY_MS)
        elif not done.chunks:
            # Another worker was faster, or the row of the session is behind.
            self._put_off(session_id, AGAIN_MS)
        else:
            self._later[session_id] = _Later(now_ms + AGAIN_MS, 0)
            self._later = {
                i: later
                for i, later in self._later.items()
                if later.pause_ms or later.time_ms > now_ms
            }

    def _put_off(self, session_id: str, first_ms: int) -> None:
        known = self._later.get(session_id)
        before_ms = known.pause_ms if known else 0
        pause_ms = min(LONGEST_RETRY_MS, 2 * before_ms or first_ms)
        self._later[session_id] = _Later(self._now_ms() + pause_ms, pause_ms)

    def _collect(self, stopped: Callable[[], bool]) -> None:
        now_ms = self._now_ms()
        everything = now_ms >= self._all_next_ms
        if everything or now_ms >= self._packs_next_ms:
            found = self._collector.collect(self._collector.old_packs(self._now()), stopped)
            self._figures.deleted(found, all_blobs=False)
            self._packs_next_ms = now_ms + PACKS_EVERY_MS
        if everything:
            found = self._collector.collect(self._collector.old_objects(self._now()), stopped)
            self._figures.deleted(found, all_blobs=True)
            self._all_next_ms = now_ms + ALL_EVERY_MS
        elif self._superseded and self._superseded[0][0] <= now_ms:
            found = self._collector.collect(self._superseded_by(now_ms), stopped)
            self._figures.deleted(found, all_blobs=False)

    def _superseded_by(self, now_ms: int) -> Iterator[BlobInfo]:
        while self._superseded and self._superseded[0][0] <= now_ms:
            _, key = self._superseded.popleft()
            yield from islice(self._blobs.list(key), 1)

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)


def _give_way() -> None:
    """Lets other threads go first, where threads can have a priority of their own."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
