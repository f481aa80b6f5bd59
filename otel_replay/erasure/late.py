"""Late data of what was erased: it is not shown, and goes again.

The session worker asks `Buried` before it computes sessions, and once more after; what it holds
back is taken out by `ErasureWorker`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime

from otel_replay.erasure.erase import Eraser
from otel_replay.erasure.expiry import Expiry
from otel_replay.erasure.requests import bury
from otel_replay.erasure.tombstones import erased
from otel_replay.erasure.users import of_erased_users
from otel_replay.instruments import Instruments
from otel_replay.rounds import work_in_rounds
from otel_replay.sessions.derive import computed
from otel_replay.storage.blobs import BlobStore
from otel_replay.storage.clickhouse import Database

log = logging.getLogger(__name__)

INTERVAL_S = 5.0
SWEEP_EVERY_S = 60.0
"""How often it is looked for requests that were cut off, and for spans of erased traces."""
EXPIRE_EVERY_S = 600.0
LONGEST_BACK_OFF_S = 60.0


class Buried:
    """Which sessions must not be computed; it remembers them until they are taken out."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        """`clock` gives seconds since the epoch."""
        self._database = database
        self._clock = clock
        self._pending: set[str] = set()
        self._lock = threading.Lock()

    def among(self, session_ids: Collection[str]) -> set[str]:
        """Those of the sessions that were erased, or belong to a user who was erased later than
        they began. Raises QueryError and UnavailableError."""
        found = erased(self._database, session_ids)
        found |= self._of_erased_users(set(session_ids) - found)
        with self._lock:
            self._pending |= found
        return found

    def take(self) -> list[str]:
        """What is to be taken out; whoever takes it gives back what it could not do."""
        with self._lock:
            taken, self._pending = sorted(self._pending), set()
        return taken

    def give_back(self, session_ids: Collection[str]) -> None:
        """What could not be taken out yet."""
        with self._lock:
            self._pending |= set(session_ids)

    def _of_erased_users(self, session_ids: Collection[str]) -> set[str]:
        found = set()
        for session_id, erased_ms in of_erased_users(self._database, session_ids).items():
            row = computed(self._database, session_id, int(self._clock() * 1000))
            if row is not None and row["start_ms"] < erased_ms:
                bury(self._database, [session_id], datetime.fromtimestamp(erased_ms / 1000, UTC))
                found.add(session_id)
        return found


class ErasureWorker:
    """Takes out what comes in late, and ends what was cut off. Several on one database do each
    thing once, one after the other."""

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        buried: Buried,
        expiry: Expiry | None = None,
        *,
        instruments: Instruments | None = None,
        project: str = "",
    ) -> None:
        self._eraser = Eraser(database, blobs)
        self._buried = buried
        self._expiry = expiry
        instruments = instruments or Instruments()
        self._erased = instruments.sessions_erased
        self._done_at = instruments.erasure_round_timestamp.labels(project)
        self._project = project
        self._sweep_next_s = 0.0
        self._expire_next_s = 0.0

    def run(self, stop: threading.Event) -> None:
        """Works until `stop` is set."""

        def one_round() -> float:
            self.run_once()
            return INTERVAL_S

        work_in_rounds(
            one_round, stop, what="erasing", longest_s=LONGEST_BACK_OFF_S, first_s=INTERVAL_S
        )

    def run_once(self) -> None:
        """Raises QueryError and UnavailableError; what was not done then is done next time."""
        late = self._buried.take()
        if late:
            try:
                self._count("late", self._eraser.again(late)["sessions"])
            except BaseException:
                self._buried.give_back(late)
                raise
            log.info("took out what came late of %d erased sessions", len(late))
        if time.monotonic() >= self._sweep_next_s:
            self._sweep_next_s = time.monotonic() + SWEEP_EVERY_S
            for report in self._eraser.resume():
                self._count("asked", report["sessions"])
            self._eraser.late_traces()

        if self._expiry is not None and time.monotonic() >= self._expire_next_s:
            self._expire_next_s = time.monotonic() + EXPIRE_EVERY_S
            self._count("expired", self._expiry.run_once()["session"])
        self._done_at.set(time.time())

    def _count(self, reason: str, sessions: int) -> None:
        self._erased.labels(self._project, reason).inc(sessions)
