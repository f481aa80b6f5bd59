"""Tables as of one moment, in a database beside the project's, while traffic goes on.

A table's parts never change, so a clone of it is links to the same files: made at once, whatever
the size. The clones do not merge, so they can be read in slices by part and position.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from otel_replay.errors import ConfigError
from otel_replay.storage.clickhouse import Database
from otel_replay.storage.migrate import tables
from otel_replay.storage.queries import read_query

SLICE_BYTES = 32 * 1024 * 1024
"""Of rows before compression: about what a slice takes in memory, a few times over."""
COMMENT = "otel-replay: made by a backup or restore, and dropped by it"
NOT_KEPT = frozenset({"work_claims", "erasing", "otel_replay_migrations"})
"""They are about the processes on a database, not about the project."""
FIRST = ("sessions",)
"""Cloned before what they are derived from: what came in between shows in session_touched, which is
cloned last, and they are computed anew."""
LAST = ("session_touched", "trace_touched")
ERASURES = ("erased_sessions", "erased_users", "erasures")
"""Cloned once more at the end, so that a backup knows what was erased while it was made."""


@dataclass(frozen=True)
class Slice:
    """Some rows of a cloned table, in the order in which they came in."""

    parts: tuple[str, ...]
    first: int = 0
    """Position in the part; with several parts, all of each."""
    end: int = 2**62


@contextlib.contextmanager
def side_database(database: Database, suffix: str) -> Iterator[Database]:
    """A database beside the project's as long as the context lasts; an old one of it is replaced.

    Raises ConfigError when a database of somebody else has that name.
    """
    side = Database(database.address.with_database(database.address.database + suffix))
    drop(database, side.address.database)
    database.command(f"CREATE DATABASE `{side.address.database}` COMMENT '{COMMENT}'")
    try:
        yield side
    finally:
        side.close()
        drop(database, side.address.database)


def exists(database: Database, name: str) -> bool:
    """Whether there is such a database, which a backup or restore made.

    Raises ConfigError when it is there and somebody else made it.
    """
    statement = "SELECT comment FROM system.databases WHERE name = {name:String}"
    rows = database.query(statement, {"name": name})
    if rows and rows[0]["comment"] != COMMENT:
        raise ConfigError(
            f"there is a database {name}, which a backup or restore would make and drop: rename it"
        )
    return bool(rows)


def drop(database: Database, name: str) -> None:
    """Drops a database that a backup or restore made, if it is there."""
    if exists(database, name):
        database.command(f"DROP DATABASE IF EXISTS `{name}` SYNC")


def kept_tables(database: Database) -> list[str]:
    """The project's tables that a backup holds, in the order in which they are to be cloned."""
    there = set(stored_tables(database)) & set(tables()) - NOT_KEPT
    middle = sorted(there - {*FIRST, *LAST})
    return [name for name in (*FIRST, *middle, *LAST) if name in there]


def stored_tables(database: Database) -> list[str]:
    """All tables that store rows."""
    return [row["name"] for row in database.query(read_query(__package__, "stored_tables"))]


def clone(database: Database, side: Database, names: Sequence[str]) -> None:
    """Clones tables one after the other, each as of its own moment, which is soon."""
    source, target = database.address.database, side.address.database
    for name in names:
        database.command(f"DROP TABLE IF EXISTS `{target}`.`{name}` SYNC")
        database.command(f"CREATE TABLE `{target}`.`{name}` CLONE AS `{source}`.`{name}`")
        database.command(f"SYSTEM STOP MERGES `{target}`.`{name}`")


def slices(side: Database, table: str) -> Iterator[Slice]:
    """Cuts a cloned table into slices of about SLICE_BYTES."""
    gathered: list[str] = []
    size = 0
    for part in side.query(read_query(__package__, "parts"), {"table": table}):
        part_bytes = part["bytes"]
        if gathered and size + part_bytes > SLICE_BYTES:
            yield Slice(tuple(gathered))
            gathered, size = [], 0
        if part_bytes > SLICE_BYTES:
            yield from _cut(part["name"], part["rows"], part_bytes)
            continue
        gathered.append(part["name"])
        size += part_bytes
    if gathered:
        yield Slice(tuple(gathered))


def _cut(part: str, rows: int, size_bytes: int) -> Iterator[Slice]:
    step = max(1, rows * SLICE_BYTES // size_bytes)
    for first in range(0, rows, step):
        yield Slice((part,), first, first + step)


def columns(database: Database, table: str) -> list[str]:
    """The columns that a backup holds: all but those that are computed from others."""
    rows = database.query(read_query(__package__, "columns"), {"table": table})
    return [row["name"] for row in rows]


def read(side: Database, table: str, names: Sequence[str], part: Slice) -> bytes:
    """The rows of a slice, in the format Native."""
    statement = read_query(__package__, "slice")
    listed = ", ".join(f"`{name}`" for name in names)
    statement = statement.replace("$columns", listed).replace("$table", f"`{table}`")
    parameters = {"parts": list(part.parts), "first": part.first, "end": part.end}
    return side.query_bytes(statement, "Native", parameters, {"max_threads": 1})
