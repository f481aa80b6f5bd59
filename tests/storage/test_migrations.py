"""The numbered files, as text: what one of them repeats of another."""

from __future__ import annotations

import re
import uuid
from importlib import resources
from pathlib import Path

from otel_replay.storage import schema
from otel_replay.storage.clickhouse import Address, Database
from otel_replay.storage.migrate import apply_missing, migrate
from otel_replay.storage.queries import statements

_VIEW = re.compile(
    r"(?:--[^\n]*\n)*"
    r"(?:CREATE MATERIALIZED VIEW IF NOT EXISTS (\w+) TO \w+ AS|ALTER TABLE (\w+) MODIFY QUERY)\n"
    r"(.*)",
    re.DOTALL,
)
_MOVED = "0014_cheaper_inserts.sql"
_RENAMED = "0030_passed_spans.sql"


def _views(move: str, *, moved: bool) -> dict[str, str]:
    """The last SELECT of each view over logs or spans, of the file `move` or of those before it."""
    folder = resources.files("otel_replay.storage") / "migrations"
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".sql"))
    found = {}
    for name in names:
        if (name == move) is not moved or name > move:
            continue
        for statement in statements((folder / name).read_text(encoding="utf-8")):
            match = _VIEW.fullmatch(statement)
            if match:
                found[match[1] or match[2]] = match[3]
    return found


def test_views_that_moved_to_fewer_rows_say_what_they_said_before() -> None:
    before, after = _views(_MOVED, moved=False), _views(_MOVED, moved=True)
    expected = {
        name: select.replace("FROM otel_logs", "FROM session_logs").replace(
            "FROM otel_traces", "FROM session_spans"
        )
        for name, select in before.items()
        if re.search(r"FROM otel_(logs|traces)\b", select)
    }
    del expected["otel_traces_trace_id_ts_mv"]
    assert {name: after.get(name) for name in expected} == expected


def test_views_over_the_renamed_table_of_spans_say_what_they_said_before() -> None:
    before, after = _views(_RENAMED, moved=False), _views(_RENAMED, moved=True)
    expected = {
        name: select.replace("FROM session_spans", "FROM passed_spans")
        for name, select in before.items()
        if re.search(r"FROM session_spans\b", select)
    }
    expected["passed_spans_mv"] = before["session_spans_mv"]
    assert after == expected


def test_every_column_says_in_the_database_what_it_is(shared_database: Database) -> None:
    silent = shared_database.query(
        "SELECT table, name FROM system.columns WHERE database = currentDatabase()"
        " AND comment = '' AND table IN (SELECT name FROM system.tables"
        " WHERE database = currentDatabase() AND engine NOT IN ('MaterializedView', 'Null'))"
    )
    assert silent == []


def test_a_new_database_is_as_the_migrations_make_it(engine_path: Path) -> None:
    """If this fails after a new migration: python -m otel_replay.storage.schema."""
    made = []
    for make in (migrate, apply_missing):
        name = f"test_{uuid.uuid4().hex}"
        database = Database(Address.parse(f"chdb://{engine_path}?database={name}"))
        applied = make(database)
        rows = {
            table: database.query(f"SELECT count() AS rows FROM {table}")[0]["rows"]
            for table in ("otel_replay_migrations", "project_settings", "session_touched")
        }
        made.append((applied, rows, schema.existing(database)))
        assert migrate(database) == []
        database.command(f"DROP DATABASE `{name}` SYNC")
        database.close()
    assert made[0] == made[1]


def test_making_tables_that_was_cut_off_is_completed(engine_path: Path) -> None:
    name = f"test_{uuid.uuid4().hex}"
    database = Database(Address.parse(f"chdb://{engine_path}?database={name}"))
    migrate(database)
    whole = schema.existing(database)
    for table in ("session_events_from_logs", "otel_traces", "otel_replay_migrations"):
        database.command(f"DROP TABLE {table} SYNC")
    migrate(database)
    assert schema.existing(database) == whole
    database.command(f"DROP DATABASE `{name}` SYNC")
    database.close()
