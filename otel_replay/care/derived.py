"""Compares the rows of sessions with what is stored of them, and looks for holes in recordings."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from otel_replay.care import findings as kinds
from otel_replay.care.findings import Findings, Kind, Say
from otel_replay.care.repair import Repair
from otel_replay.erasure.tombstones import erased
from otel_replay.sessions.derive import computed_rows, stored_rows
from otel_replay.sessions.worker import SETTLE_MS
from otel_replay.storage.clickhouse import Database
from otel_replay.storage.queries import read_query

PAGE = 2_000
DEEP_PAGE = 200
"""Sessions that are computed anew by one statement, for comparison."""
SECOND_LOOK_S = 1.0
"""What looked wrong is looked at again after this time: a row may be computed just then."""
_BY_NOW = ("State",)
"""Columns that change with the time that passes."""

Row = dict[str, Any]


@dataclass
class Derived:
    """The comparison; `run` does it."""

    database: Database
    found: Findings
    repair: Repair | None
    deep: bool = False
    clock: Callable[[], float] = time.time
    kept_from_ms: int = 0
    """What sessions that began before had may have gone with its retention."""

    def run(self, say: Say) -> None:
        """Raises QueryError and UnavailableError."""
        for ids in self._pages():
            self.found.checked["sessions"] += len(ids)
            rows = self._compared(ids)
            self._check(rows)
            self._check_holes([row["SessionId"] for row in rows if row["finished"]])
            if self.deep:
                self._check_columns([row["SessionId"] for row in rows if row["copies"] == 1])
            say({"stage": "sessions", "done": self.found.checked["sessions"]})

    def _pages(self) -> Iterator[list[str]]:
        after = ""
        while True:
            parameters = {"after": after, "limit": PAGE}
            rows = self.database.query(read_query(__package__, "next_sessions"), parameters)
            if not rows:
                return
            yield [row["SessionId"] for row in rows]
            after = rows[-1]["SessionId"]

    def _compared(self, ids: Sequence[str]) -> list[Row]:
        parameters = {"ids": list(ids), "settle_ms": SETTLE_MS}
        return self.database.query(read_query(__package__, "compared"), parameters)

    def _check(self, rows: Sequence[Row]) -> None:
        self.found.pending["sessions"] += sum(row["pending"] for row in rows)
        suspicious = [row["SessionId"] for row in rows if self._wrong(row)]
        if not suspicious:
            return
        threading.Event().wait(SECOND_LOOK_S)
        wrong = [row for row in self._compared(suspicious) if self._wrong(row)]
        gone = erased(self.database, {row["SessionId"] for row in wrong})
        wrong = [row for row in wrong if row["SessionId"] not in gone]
        repaired = bool(wrong) and self._repair([row["SessionId"] for row in wrong])
        for row in wrong:
            kind, what = self._wrong(row) or (kinds.STALE_SESSION, "")
            self.found.add(kind, f"{row['SessionId']}: {what}", repaired=repaired)

    def _wrong(self, row: Row) -> tuple[Kind, str] | None:
        if row["pending"]:
            return None
        if row["copies"] > 1:
            return kinds.DOUBLED_SESSION, f"{row['copies']} rows"
        if row["received"] and not row["copies"]:
            return kinds.STALE_SESSION, "has no row"
        stored, said = row["stored_chunks"], row["derived_chunks"]
        gone_in_time = stored < said and row["started_ms"] < self.kept_from_ms
        if not row["copies"] or gone_in_time or not row["received"]:
            return None
        if stored != said:
            return kinds.STALE_SESSION, f"says {said} chunks, {stored} are stored"
        if row["stored_loose"] != row["derived_loose"]:
            loose = f"says {row['derived_loose']} chunks in packs, {row['stored_loose']} are"
            return kinds.STALE_SESSION, loose
        return None

    def _repair(self, ids: Sequence[str]) -> bool:
        now_ms = int(self.clock() * 1000)
        return self.repair is not None and self.repair.compute(ids, now_ms)

    def _check_holes(self, ids: Sequence[str]) -> None:
        parameters = {"ids": list(ids)}
        (row,) = self.database.query(read_query(__package__, "tabs"), parameters)
        self.found.checked["tabs"] += row["tabs"]
        for hole in self.database.query(read_query(__package__, "holes"), parameters):
            first, last = hole["reached"], hole["Seq"] - 1
            lacking = f"chunk {first}" if first == last else f"chunks {first} to {last}"
            self.found.add(
                kinds.HOLE, f"tab {hole['Tab']} of session {hole['SessionId']}: {lacking}"
            )

    def _check_columns(self, ids: Sequence[str]) -> None:
        for start in range(0, len(ids), DEEP_PAGE):
            some = ids[start : start + DEEP_PAGE]
            wrong = self._differing(some)
            if wrong:
                threading.Event().wait(SECOND_LOOK_S)
                wrong = self._differing(list(wrong))
            gone = erased(self.database, set(wrong))
            for session_id, columns in wrong.items():
                if session_id not in gone:
                    repaired = self._repair([session_id])
                    what = f"{session_id}: {', '.join(columns)}"
                    self.found.add(kinds.STALE_SESSION, what, repaired=repaired)

    def _differing(self, ids: Sequence[str]) -> dict[str, list[str]]:
        """Session to the columns in which its row is not what would be computed now."""
        now_ms = int(self.clock() * 1000)
        fresh = {row["SessionId"]: row for row in computed_rows(self.database, ids, now_ms)}
        stored = stored_rows(self.database, ids)
        pending = {row["SessionId"] for row in self._compared(ids) if row["pending"]}
        differing = {}
        for row in stored:
            new = fresh.get(row["SessionId"])
            if new is None or row["SessionId"] in pending or self._wrong_by_time(row):
                continue
            names = [n for n in new if n not in _BY_NOW and n in row and new[n] != row[n]]
            if names:
                differing[row["SessionId"]] = names
        return differing

    def _wrong_by_time(self, row: Row) -> bool:
        return bool(row["start_ms"] < self.kept_from_ms)
