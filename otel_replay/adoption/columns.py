"""Columns that the exporter's tables lack, with our definitions of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from otel_replay.storage.clickhouse import Database
from otel_replay.storage.migrate import migrations

_TABLE = re.compile(
    r"CREATE TABLE IF NOT EXISTS (otel_(?:logs|traces|metrics_\w+))\n\(\n(.*?)\n\)\n", re.DOTALL
)
_COLUMN = re.compile(r"^    (`[^`]+`|\w+) (.+?),?$", re.MULTILINE)
_SESSION_INDEX = (
    "ADD INDEX IF NOT EXISTS idx_session_id SessionId TYPE bloom_filter(0.001) GRANULARITY 1"
)
# Rows from before have no such time: theirs counts, or every reading would give another.
_RECEIVED = re.compile(r"DEFAULT now\(\)")


def additions(database: Database, adopted_at_s: int) -> dict[str, list[str]]:
    """Table to the parts of an ALTER TABLE that make it fit for us; tables that fit are left out.

    `adopted_at_s` (seconds since the epoch) tells rows from before from those that come in later.
    Raises QueryError and UnavailableError.
    """
    found = {}
    for table, columns in _ours(database.version):
        there = _names(database, table)
        if not there:
            continue
        missing = [
            f"ADD COLUMN IF NOT EXISTS {name} {_for_old_rows(table, text, adopted_at_s)}"
            for name, text in columns.items()
            if name.strip("`") not in there and not any(one.startswith(f"{name}.") for one in there)
        ]
        if "SessionId" in columns and "SessionId" not in there:
            missing.append(_SESSION_INDEX)
        if missing:
            found[table] = missing
    return found


def _ours(version: tuple[int, int]) -> Iterator[tuple[str, dict[str, str]]]:
    for migration in migrations(version):
        for statement in migration.statements:
            match = _TABLE.search(f"{statement}\n")
            if match:
                columns = {n: text for n, text in _COLUMN.findall(match[2]) if n != "INDEX"}
                yield match[1], columns


def _names(database: Database, table: str) -> set[str]:
    rows = database.query(
        "SELECT name FROM system.columns WHERE database = currentDatabase()"
        " AND table = {table:String}",
        {"table": table},
    )
    return {row["name"] for row in rows}


def _for_old_rows(table: str, definition: str, adopted_at_s: int) -> str:
    time = "TimeUnix" if table.startswith("otel_metrics") else "Timestamp"
    earlier = f"{time} < fromUnixTimestamp64Milli({adopted_at_s}000)"
    return _RECEIVED.sub(f"DEFAULT if({earlier}, toDateTime({time}), now())", definition)
