"""Brings what a UsageLedger counted to the projects' databases, and others' counts back to it."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from otel_replay.errors import OtelReplayError
from otel_replay.storage.clickhouse import Database
from otel_replay.storage.queries import read_query
from otel_replay.usage import Lines, UsageLedger

log = logging.getLogger(__name__)

INTERVAL_S = 10.0
"""How far the database, and what processes know of one another, may lag behind."""
_DAY_S = 86400
_SETTINGS = {"insert_deduplicate": 1, "async_insert": 0}


class UsageWriter:
    """A thread that writes deltas every few seconds and at the end.

    While a database is away the ledger keeps counting, in bounded memory, and what could not be
    written is written later: with the same rows and token, so that an insert whose answer was lost
    does not count twice.
    """

    def __init__(
        self,
        ledger: UsageLedger,
        databases: Mapping[str, Database],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`databases` has each project's, by the name that the ledger is given."""
        self._clock = clock
        self._writing = {
            project: _ProjectUsage(project, database, ledger)
            for project, database in databases.items()
        }
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="usage", daemon=True)

    def start(self) -> None:
        """Reads back what was counted today, and begins to write."""
        self.write_once()
        self._thread.start()

    def stop(self) -> None:
        """Writes what is left; what the database does not take now is lost, but for the log."""
        self._stop.set()
        self._thread.join(timeout=30)

    def write_once(self) -> bool:
        """Writes and reads each project's; returns whether all were reached."""
        day = int(self._clock()) // _DAY_S
        return all([usage.exchange(day) for usage in self._writing.values()])

    def _run(self) -> None:
        while not self._stop.wait(INTERVAL_S):
            self.write_once()
        if not self.write_once():
            log.error("the last seconds of usage could not be written: budgets are short of them")


class _ProjectUsage:
    """One project's share of the work."""

    def __init__(self, project: str, database: Database, ledger: UsageLedger) -> None:
        self._project = project
        self._database = database
        self._ledger = ledger
        self._batch: Lines = {}
        """Taken and not known to be stored."""
        self._token = ""
        self._away = False

    def exchange(self, day: int) -> bool:
        """Writes what was counted, then reads the day's sums. Returns whether that worked."""
        try:
            if self._batch:
                self._insert()
            self._batch = self._ledger.take(self._project)
            self._token = uuid.uuid4().hex
            if self._batch:
                self._insert()
            self._ledger.note_stored(self._project, day, self._stored(day))
        except OtelReplayError as exc:
            if not self._away:
                log.warning("usage of project %s waits in memory: %s", self._project, exc)
            self._away = True
            return False
        self._away = False
        return True

    def _insert(self) -> None:
        rows = [_row(line, counts) for line, counts in self._batch.items()]
        settings = {**_SETTINGS, "insert_deduplication_token": self._token}
        self._database.insert("ingest_usage", rows, settings)
        self._batch = {}

    def _stored(self, day: int) -> list[tuple[str, int]]:
        parameters = {"start_s": day * _DAY_S, "end_s": (day + 1) * _DAY_S}
        rows = self._database.query(read_query("otel_replay", "usage_of_day"), parameters)
        return [(row["key"], int(row["bytes"])) for row in rows]


def _row(line: Any, counts: Any) -> dict[str, Any]:
    return {
        "Minute": line.minute_s,
        "Key": line.key,
        "Signal": line.signal,
        "Outcome": line.outcome,
        "Reason": line.reason,
        "Requests": counts.requests,
        "Records": counts.records,
        "Bytes": counts.bytes,
        "LastAt": int(counts.last_s * 1000),
    }
