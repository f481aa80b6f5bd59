"""Erases sessions, on request and when something of an erased one comes in late.

The order makes it safe to end at any moment: tombstones first, so that nothing comes back and
nobody sees the rest; then the payload; then the rows that point to it; at last the rows that say
what belongs to a session. Run again, it finds what is left. Two runs at once do no harm but double
work; a claim keeps them apart.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from otel_replay.erasure.payload import Removed, remove_payload, session_objects
from otel_replay.erasure.requests import Erasure, Request, unfinished
from otel_replay.erasure.rows import EVERYTHING, Run
from otel_replay.erasure.users import salt
from otel_replay.jobs import Progress
from otel_replay.storage.blobs import BlobStore
from otel_replay.storage.claims import Claims
from otel_replay.storage.clickhouse import Database
from otel_replay.storage.queries import read_query

CLAIM = "erase"
LEASE_S = 60
PATIENCE_S = 600.0
"""How long a request waits for another erasure to end."""
_ROUNDS = 5
"""What comes in while rows are deleted is deleted in another round."""


def silent(_told: Mapping[str, Any]) -> None:
    """Tells nobody."""


class Eraser:
    """Erases from one project. Every method raises QueryError and UnavailableError; what was not
    done then is done by the next one, or by the worker."""

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        clock: Callable[[], float] = time.time,
        patience_s: float = PATIENCE_S,
    ) -> None:
        """`clock` gives seconds since the epoch."""
        self._database = database
        self._blobs = blobs
        self._clock = clock
        self._patience_s = patience_s

    def preview(self, request: Request) -> dict[str, Any]:
        """What `erase` would take out; nothing is changed. Raises NotFoundError."""
        run = Run(
            self._database,
            more=self._user_parameters(request.kind, request.subject(self._database)),
        )
        run.add("session", request.sessions(self._database))
        run.fill("run_traces_erased")
        run.fill("run_spans")
        rows = {table: run.count(table, where) for table, where in _tables(request.kind).items()}
        return {**run.size(), "rows": rows, **run.select("payload_size")[0]}

    def erase(self, request: Request, asked_by: str, progress: Progress = silent) -> dict[str, Any]:
        """Erases; returns the report that the record has as well.

        Raises NotFoundError, and OverloadedError when another erasure does not end.
        """
        with self._alone(progress):
            sessions = request.sessions(self._database)
            subject = request.subject(self._database)
            erasure = Erasure(request.kind, subject, asked_by, self._now())
            erasure.begin(self._database, sessions)
            return self._carry_out(erasure, progress)

    def resume(self, progress: Progress = silent) -> list[dict[str, Any]]:
        """Carries out what was begun and not ended; returns the reports."""
        if not unfinished(self._database):
            return []
        with self._alone(progress):
            return [self._carry_out(e, progress) for e in unfinished(self._database)]

    def again(self, session_ids: Sequence[str]) -> dict[str, Any]:
        """Takes out what has come in of sessions that have a tombstone."""
        with self._alone(silent):
            run = Run(self._database)
            run.add("session", session_ids)
            return self._take_out(run, EVERYTHING, silent)

    def late_traces(self) -> int:
        """Takes out what services sent late of traces that were erased; returns how many traces."""
        run = Run(self._database)
        run.fill("run_late_traces")
        traces = run.size()["traces"]
        if traces:
            with self._alone(silent):
                for table in ("trace_exceptions", "otel_traces", "otel_logs"):
                    run.delete(table, EVERYTHING[table])
                run.delete("trace_touched", "of_traces")
                run.delete("otel_traces_trace_id_ts", "of_traces")
        return traces

    def expire(
        self, session_ids: Sequence[str], tables: Mapping[str, str], cutoff_ms: int, payload: bool
    ) -> None:
        """Takes out the rows of sessions in some tables, and with `payload` their recordings.

        Traces that they share with sessions that began at `cutoff_ms` or later stay. Packs are
        left to the collection of what nothing refers to.
        """
        with self._alone(silent):
            run = Run(self._database)
            run.add("session", session_ids)
            run.fill("run_traces_expired", cutoff_ms=cutoff_ms)
            run.fill("run_spans")
            if payload:
                run.fill("forget_replay")
            objects = list(session_objects(run, self._blobs)) if payload else []
            self._delete_rows(run, tables, silent)
            # After the rows, so that nobody is led to what is gone.
            for blob in objects:
                self._blobs.delete(blob.key)

    def _carry_out(self, erasure: Erasure, progress: Progress) -> dict[str, Any]:
        run = Run(self._database, more=self._user_parameters(erasure.kind, erasure.subject))
        run.fill("run_erasure", erasure=erasure.id)
        report = self._take_out(run, _tables(erasure.kind), progress)
        done_at = self._now()
        report = {"erasure": erasure.id, **report}
        erasure.write(self._database, "done", report["sessions"], report, done_at)
        return report

    def _take_out(self, run: Run, tables: Mapping[str, str], progress: Progress) -> dict[str, Any]:
        run.fill("hide")
        run.fill("run_traces_erased")
        run.fill("run_spans")
        run.fill("bury_traces")
        size, chunks = run.size(), run.select("payload_size")[0]["chunks"]
        progress({"step": "recordings", **size})
        removed, rows = Removed(), Counter[str]()
        for _ in range(_ROUNDS):
            removed.add(remove_payload(run, self._blobs, progress))
            rows.update(self._delete_rows(run, tables, progress))
            if not any(run.count(table, where) for table, where in tables.items()):
                break
        return {
            **size,
            "chunks": chunks,
            **removed.counts(),
            "unreadable_packs": removed.unreadable,
            "rows": {table: rows[table] for table in tables},
        }

    def _delete_rows(
        self, run: Run, tables: Mapping[str, str], progress: Progress
    ) -> dict[str, int]:
        found = {}
        for table, where in tables.items():
            found[table] = run.delete(table, where)
            progress({"step": "rows", "table": table, "rows": found[table]})
        return found

    def _user_parameters(self, kind: str, subject: str) -> dict[str, Any]:
        """What tells rows of a user that belong to no session."""
        return {"salt": salt(self._database), "user_hash": subject} if kind == "user" else {}

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)

    @contextmanager
    def _alone(self, progress: Progress) -> Iterator[None]:
        """Holds the claim, for which it waits."""

        def waiting() -> None:
            progress({"step": "waiting", "for": "another erasure"})

        claims = Claims(self._database)
        with claims.holding(CLAIM, lease_s=LEASE_S, patience_s=self._patience_s, waiting=waiting):
            yield


def old_parts(database: Database, until_s: int) -> int:
    """Parts that still lie on the disk though mutations up to then (s since the epoch) replaced
    them: ClickHouse removes them some minutes later."""
    parameters = {"tables": list(EVERYTHING), "until_s": until_s}
    return int(database.query(read_query(__package__, "old_parts"), parameters)[0]["parts"])


def _tables(kind: str) -> Mapping[str, str]:
    """Of a user also what services logged of them without a session."""
    if kind != "user":
        return EVERYTHING
    return {**EVERYTHING, "otel_traces": "of_user_spans", "otel_logs": "of_user_logs"}
