"""Back-filling in steps: each reads a bounded number of rows, and may be done again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from otel_replay.storage.clickhouse import Database
from otel_replay.storage.queries import read_query

SOURCES = ("otel_traces", "otel_logs")
"""Tables that sessions are filled from."""
# So that a step takes its share of the machine, not all of it.
_SETTINGS = {"max_threads": 2, "max_insert_threads": 1, "max_partitions_per_insert_block": 0}


@dataclass(frozen=True)
class Step:
    """Rows of a table between two times; of a crowded hour, one slice of several."""

    table: str
    start: datetime
    end: datetime
    rows: int
    """About as many as it reads."""
    slice: int = 0
    slices: int = 1

    @property
    def name(self) -> str:
        """The same for the same rows in every run."""
        begin = self.start.strftime("%Y-%m-%dT%H")
        hours = round((self.end - self.start) / timedelta(hours=1))
        return f"{self.table} {begin} {hours}h {self.slice + 1}/{self.slices}"

    def run(self, database: Database) -> None:
        """Fills the tables of sessions from these rows. Raises QueryError, UnavailableError."""
        parameters = {
            "from_ns": _ns(self.start),
            "to_ns": _ns(self.end),
            "slice": self.slice,
            "slices": self.slices,
        }
        database.command(read_query(__package__, f"fill_{self.table}"), parameters, _SETTINGS)


def steps(database: Database, tables: Sequence[str], step_rows: int) -> Iterator[Step]:
    """All steps of at most about `step_rows` rows each, the latest day first.

    Raises QueryError and UnavailableError.
    """
    for table in tables:
        days = database.query(read_query(__package__, "days"), {"table": table})
        for day in reversed(days):
            start = _utc(day["start"])
            end = start + timedelta(days=1)
            if day["rows"] <= step_rows:
                yield Step(table, start, end, day["rows"])
            else:
                yield from _hours(database, table, start, end, step_rows)


def _hours(
    database: Database, table: str, start: datetime, end: datetime, step_rows: int
) -> Iterator[Step]:
    parameters = {"table": table, "from_ns": _ns(start), "to_ns": _ns(end)}
    for hour in database.query(read_query(__package__, "hours"), parameters):
        begin = _utc(hour["start"])
        slices = -(-hour["rows"] // step_rows)
        for number in range(slices):
            rows = hour["rows"] // slices
            yield Step(table, begin, begin + timedelta(hours=1), rows, number, slices)


def _utc(value: datetime) -> datetime:
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _ns(value: datetime) -> int:
    return round(value.timestamp()) * 1_000_000_000
