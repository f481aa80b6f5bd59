"""The rows that a run takes out of the tables, and the statements that do it.

A run's sessions and traces stand in the table `erasing`, so that each statement means the same rows
however many they are, and its text holds nothing of a person.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from otel_replay.erasure.users import UNLOGGED
from otel_replay.storage.alter import alter
from otel_replay.storage.clickhouse import Database
from otel_replay.storage.queries import read_query

EVERYTHING: Mapping[str, str] = {
    "replay_chunks": "of_sessions",
    # What tells which rows belong to a session goes after these rows: a run that is cut off must
    # find them again.
    "trace_exceptions": "of_exceptions",
    "otel_traces": "of_either",
    "otel_logs": "of_either",
    "otel_traces_trace_id_ts": "of_traces",
    "session_errors": "of_sessions",
    "session_events": "of_sessions",
    "session_inputs": "of_sessions",
    "session_touched": "of_sessions",
    "trace_touched": "of_traces",
    "session_traces": "of_sessions",
    "trace_sessions": "of_sessions",
    "sessions": "of_sessions",
}
"""Table to the condition (sql/<name>.sql) of its rows that belong to the sessions of a run, in the
order in which they go."""
_INSERT_AT_ONCE = 100_000
# The subqueries are the same on every replica, as they name one run.
_MUTATION = {"mutations_sync": 2, "allow_nondeterministic_mutations": 1, **UNLOGGED}


@dataclass(frozen=True)
class Run:
    """One attempt to take out the rows of some sessions. All methods raise QueryError and
    UnavailableError, and are safe to repeat."""

    database: Database
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    more: Mapping[str, Any] = field(default_factory=dict)
    """Parameters of conditions beside the run's id."""

    def add(self, kind: str, ids: Sequence[str]) -> None:
        """Adds sessions (or traces) by their ids."""
        for start in range(0, len(ids), _INSERT_AT_ONCE):
            rows = [
                {"Run": self.id, "Kind": kind, "Id": i}
                for i in ids[start : start + _INSERT_AT_ONCE]
            ]
            self.database.insert("erasing", rows)

    def fill(self, name: str, **parameters: Any) -> None:
        """Runs sql/<name>.sql, which adds to the run or reads what it has."""
        self.database.command(read_query(__package__, name), {**self._parameters, **parameters})

    def select(self, name: str) -> list[dict[str, Any]]:
        """Rows of sql/<name>.sql."""
        return self.database.query(read_query(__package__, name), self._parameters)

    def size(self) -> dict[str, int]:
        """How many ``sessions`` and ``traces`` it has."""
        return dict(self.select("run_size")[0])

    def sessions(self) -> set[str]:
        """Ids of its sessions."""
        rows = self.database.query(
            "SELECT Id FROM erasing WHERE Run = {run:String} AND Kind = 'session'",
            self._parameters,
        )
        return {row["Id"] for row in rows}

    def count(self, table: str, condition: str) -> int:
        """Rows of the table that the condition sql/<condition>.sql finds."""
        where = read_query(__package__, condition)
        statement = f"SELECT count() AS n FROM {table} WHERE {where}"
        return int(self.database.query(statement, self._parameters, UNLOGGED)[0]["n"])

    def delete(self, table: str, condition: str) -> int:
        """Deletes them; returns how many there were. No part that is read from now on has them."""
        found = self.count(table, condition)
        if found:
            where = read_query(__package__, condition)
            statement = f"ALTER TABLE {table} DELETE WHERE {where}"
            alter(self.database, statement, self._parameters, _MUTATION)
        return found

    @property
    def _parameters(self) -> dict[str, Any]:
        return {"run": self.id, **self.more}
