"""Looks whether anything is left, or has come back, of sessions that were erased."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from otel_replay.care import findings as kinds
from otel_replay.care.findings import Findings, Say
from otel_replay.care.repair import Repair
from otel_replay.erasure.tombstones import erased
from otel_replay.sessions.blob_names import parsed
from otel_replay.sessions.segments import PREFIX
from otel_replay.storage.blobs import BlobStore
from otel_replay.storage.clickhouse import Database
from otel_replay.storage.queries import read_query

BLOBS_AT_ONCE = 1_000
SETTLE_S = 120
"""How long the worker may take to erase again what came late."""


@dataclass
class Erased:
    """The search; `run` does it."""

    database: Database
    blobs: BlobStore
    found: Findings
    repair: Repair | None

    def run(self, say: Say) -> None:
        """Raises QueryError and UnavailableError."""
        say({"stage": "erased sessions"})
        left: dict[str, list[str]] = {}
        for table in self._tables():
            for session_id in self._in_table(table):
                left.setdefault(session_id, []).append(table)
        self._report(kinds.ERASED_ROWS, left)
        self._report(kinds.ERASED_BLOBS, self._objects())

    def _tables(self) -> list[str]:
        rows = self.database.query(read_query(__package__, "tables_of_sessions"))
        return [row["table"] for row in rows]

    def _in_table(self, table: str) -> list[str]:
        statement = read_query(__package__, "erased_in_table").replace("TABLE_NAME", f"`{table}`")
        rows = self.database.query(statement, {"settle_s": SETTLE_S})
        return [row["SessionId"] for row in rows]

    def _objects(self) -> dict[str, list[str]]:
        """Erased sessions to the keys of objects that are theirs."""
        left: dict[str, list[str]] = {}
        page: dict[str, str] = {}
        for blob in self.blobs.list(PREFIX):
            name = parsed(blob.key)
            if name is not None:
                page[blob.key] = name.session_id
            if len(page) == BLOBS_AT_ONCE:
                self._note(page, left)
                page = {}
        self._note(page, left)
        return left

    def _note(self, page: dict[str, str], left: dict[str, list[str]]) -> None:
        gone = erased(self.database, set(page.values()))
        for key, session_id in page.items():
            if session_id in gone:
                left.setdefault(session_id, []).append(key)

    def _report(
        self, kind: kinds.Kind, left: dict[str, Sequence[str]] | dict[str, list[str]]
    ) -> None:
        if not left:
            return
        repaired = self.repair is not None
        if self.repair is not None:
            self.repair.erase(sorted(left))
        for session_id, places in left.items():
            self.found.add(kind, f"{session_id}: {', '.join(places)}", repaired=repaired)
