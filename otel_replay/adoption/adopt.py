"""Adopts a database in four stages: columns, tables, rows of sessions, sessions."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from otel_replay.adoption.columns import additions
from otel_replay.adoption.steps import SOURCES, Step, steps
from otel_replay.errors import ConfigError
from otel_replay.sessions.worker import SessionWorker
from otel_replay.storage.alter import only_plain_tables
from otel_replay.storage.clickhouse import Database
from otel_replay.storage.migrate import APPLIED_TABLE, Migration, missing, note_applied
from otel_replay.storage.queries import read_query

STEP_ROWS = 500_000
Progress = Callable[[int, int, str], None]
"""Is told how many rows are done, of how many, and what is under way."""
_TEXT_INDEX = "0033_body_index"
# How the exporter's tables lie on the disk is their owner's business.
_LEFT_ALONE = "MODIFY SETTING min_bytes_for_wide_part"


@dataclass(frozen=True)
class Adoption:
    """What is to be done, or was."""

    columns: dict[str, list[str]] = field(default_factory=dict)
    """Table to parts of its ALTER TABLE."""
    migrations: list[Migration] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Rows to be read for back-filling."""
        return sum(step.rows for step in self.steps)

    def lines(self) -> list[str]:
        """What would change, for people."""
        added = [
            f"{table}: {part.split(' COMMENT ')[0].split(' CODEC')[0]}"
            for table, parts in self.columns.items()
            for part in parts
        ]
        applied = [f"apply {m.name} ({len(m.statements)} statements)" for m in self.migrations]
        filled = [
            f"back-fill from {table}: {sum(s.rows for s in own):,} rows in {len(own)} steps"
            for table in SOURCES
            if (own := [s for s in self.steps if s.table == table])
        ]
        return added + applied + filled


def plan(database: Database, step_rows: int = STEP_ROWS) -> Adoption:
    """What `adopt` would do. Changes nothing.

    Raises ConfigError when there is nothing of the exporter's, QueryError, UnavailableError.
    """
    there = _tables(database)
    if not there & set(SOURCES):
        raise ConfigError(
            f"the database {database.address.database} has no otel_logs and no otel_traces: there"
            " is nothing to adopt, so leave --adopt out"
        )
    only_plain_tables(database, "--adopt")
    done = _done(database)
    sources = [table for table in SOURCES if table in there]
    return Adoption(
        additions(database, int(time.time())),
        _migrations(database),
        [step for step in steps(database, sources, step_rows) if step.name not in done],
    )


def adopt(
    database: Database, step_rows: int = STEP_ROWS, progress: Progress = lambda *_: None
) -> Adoption:
    """Does what `plan` says; returns it. One that was cut off is completed by the next run.

    Views take over what comes in from the moment that they are made; what both they and a step
    bring is the same rows, which merge. Raises ConfigError, QueryError and UnavailableError.
    """
    wanted = plan(database, step_rows)
    for table, parts in wanted.columns.items():
        database.command(f"ALTER TABLE {table} {', '.join(parts)}")
    database.command(APPLIED_TABLE)
    for migration in wanted.migrations:
        for statement in migration.statements:
            database.command(statement)
        note_applied(database, migration.name)
    database.command(read_query(__package__, "steps_table"))
    done_rows = 0
    for step in wanted.steps:
        progress(done_rows, wanted.rows, step.name)
        step.run(database)
        database.insert("otel_replay_adoption", [{"Step": step.name}])
        done_rows += step.rows
    progress(done_rows, wanted.rows, "sessions")
    SessionWorker(database).run_once()
    return wanted


def _migrations(database: Database) -> list[Migration]:
    """Those that are missing, without what concerns only tables that we made ourselves."""
    found = missing(database)
    if _has_body_index(database):
        found = [m if m.name != _TEXT_INDEX else Migration(m.name, []) for m in found]
    return [Migration(m.name, [s for s in m.statements if _LEFT_ALONE not in s]) for m in found]


def _has_body_index(database: Database) -> bool:
    return bool(
        database.query(
            "SELECT 1 FROM system.data_skipping_indices WHERE database = currentDatabase()"
            " AND table = 'otel_logs' AND expr ILIKE '%body%'"
        )
    )


def _tables(database: Database) -> set[str]:
    rows = database.query("SELECT name FROM system.tables WHERE database = currentDatabase()")
    return {row["name"] for row in rows}


def _done(database: Database) -> set[str]:
    if "otel_replay_adoption" not in _tables(database):
        return set()
    return {row["Step"] for row in database.query("SELECT Step FROM otel_replay_adoption")}
