"""Compacts sessions that have finished; several workers share them."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from otel_replay.errors import RetryableError
from otel_replay.sessions.compaction import compact
from otel_replay.storage.blobs import BlobStore
from otel_replay.storage.claims import Claims
from otel_replay.storage.clickhouse import Database, QueryError
from otel_replay.storage.queries import read_query

log = logging.getLogger(__name__)

CLAIM = "compact"
AT_ONCE = 8
"""Sessions that are claimed together."""
LEASE_S = 600.0
AGAIN_MS = 60_000
"""A session that was compacted is listed until its row is computed anew."""
FIRST_RETRY_MS = 3600_000
LONGEST_RETRY_MS = 24 * 3600_000
INTERVAL_S = 5.0
LONGEST_BACK_OFF_S = 60.0
NICENESS = 10
"""Compaction can wait; what comes in, and who watches, cannot."""


@dataclass(frozen=True, slots=True)
class _Later:
    """When a session is to be looked at again, and how long that was to wait."""

    time_ms: int
    pause_ms: int


class CompactionWorker:
    """Compacts one project's sessions. All that it remembers can be lost."""

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        clock: Callable[[], float] = time.time,
        *,
        after_s: float = 60,
    ) -> None:
        """`clock` gives seconds since the epoch; sessions wait `after_s` after they finished."""
        self._database = database
        self._blobs = blobs
        self._clock = clock
        self._after_ms = round(after_s * 1000)
        self._claims = Claims(database)
        self._later: dict[str, _Later] = {}

    def run(self, stop: threading.Event) -> None:
        """Works until `stop` is set. An error is logged, and the work tried again after a while."""
        _give_way()
        back_off_s = INTERVAL_S
        while not stop.is_set():
            try:
                done = self.run_once(stop)
                back_off_s = INTERVAL_S
                if done:
                    continue
            except RetryableError as exc:
                back_off_s = min(2 * back_off_s, LONGEST_BACK_OFF_S)
                log.warning("compaction waits for %.0f s: %s", back_off_s, exc)
            except Exception:
                back_off_s = min(2 * back_off_s, LONGEST_BACK_OFF_S)
                log.exception("sessions could not be compacted; next try in %.0f s", back_off_s)
            stop.wait(back_off_s)

    def run_once(self, stop: threading.Event | None = None) -> int:
        """Compacts some of the sessions that wait for it; returns how many.

        Raises QueryError and UnavailableError; what was not done then is done next time.
        """
        now_ms = self._now_ms()
        due = {row["SessionId"]: row for row in self._due(now_ms)}
        ours = self._claims.take(CLAIM, list(due), LEASE_S)
        done = 0
        try:
            while ours and not (stop and stop.is_set()):
                self._claims.renew(CLAIM, ours, LEASE_S)
                done += self._compact(due[ours[0]])
                self._claims.release(CLAIM, [ours.pop(0)])
        finally:
            self._claims.release(CLAIM, ours)
        return done

    def _due(self, now_ms: int) -> Sequence[dict[str, Any]]:
        parameters = {
            "finished_by_ms": now_ms - self._after_ms,
            "limit": AT_ONCE + len(self._later),
        }
        rows = self._database.query(read_query(__package__, "to_compact"), parameters)
        return [row for row in rows if self._is_time(row["SessionId"], now_ms)][:AT_ONCE]

    def _is_time(self, session_id: str, now_ms: int) -> bool:
        later = self._later.get(session_id)
        return later is None or later.time_ms <= now_ms

    def _compact(self, row: dict[str, Any]) -> bool:
        session_id = row["SessionId"]
        started = datetime.fromtimestamp(row["start_ms"] / 1000, UTC)
        now = datetime.fromtimestamp(self._clock(), UTC)
        try:
            done = compact(self._database, self._blobs, session_id, started, now)
        except QueryError as exc:
            log.error("session %s cannot be compacted now: %s", session_id, exc)
            self._wait(session_id)
            return False
        if done.left:
            log.error(
                "session %s: %d chunks cannot be read and stay where they are;"
                " otel-replay fsck names them",
                *(session_id, done.left),
            )
            self._wait(session_id)
        else:
            self._later[session_id] = _Later(self._now_ms() + AGAIN_MS, 0)
            self._forget()
        return done.chunks > 0

    def _wait(self, session_id: str) -> None:
        """Puts a session off that could not be compacted, each time for twice as long."""
        known = self._later.get(session_id)
        before_ms = known.pause_ms if known else 0
        pause_ms = min(LONGEST_RETRY_MS, 2 * before_ms or FIRST_RETRY_MS)
        self._later[session_id] = _Later(self._now_ms() + pause_ms, pause_ms)

    def _forget(self) -> None:
        """Drops what is over of sessions that are done."""
        now_ms = self._now_ms()
        self._later = {
            i: later for i, later in self._later.items() if later.pause_ms or later.time_ms > now_ms
        }

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)


def _give_way() -> None:
    """Lets other threads go first, where threads can have a priority of their own."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
