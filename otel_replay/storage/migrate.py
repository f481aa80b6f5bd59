"""Applies the numbered files of migrations/ to a database, each once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources

from otel_replay.storage.clickhouse import Database

_APPLIED_TABLE = """
CREATE TABLE IF NOT EXISTS otel_replay_migrations
(
    Name String COMMENT 'File of the migration',
    AppliedAt DateTime DEFAULT now()
)
ENGINE = ReplacingMergeTree
ORDER BY Name
"""


def migrate(database: Database) -> list[str]:
    """Applies what is missing, in order; returns the names it applied.

    Each statement is safe to repeat, so a run that was cut off is repaired by the next one.
    Raises QueryError or UnavailableError.
    """
    database.command(_APPLIED_TABLE)
    done = {row["Name"] for row in database.query("SELECT Name FROM otel_replay_migrations")}
    applied = []
    for name, text in _files():
        if name in done:
            continue
        for statement in statements(text):
            database.command(statement)
        database.insert("otel_replay_migrations", [{"Name": name}])
        applied.append(name)
    return applied


def tables() -> list[str]:
    """The tables that migrations create, the one of their names included."""
    created = [
        name
        for _, text in _files()
        for name in re.findall(r"^CREATE TABLE IF NOT EXISTS (\w+)", text, re.MULTILINE)
    ]
    return ["otel_replay_migrations", *created]


def known() -> list[str]:
    """The names of all migrations, in their order."""
    return [name for name, _ in _files()]


def statements(text: str) -> list[str]:
    """Splits a migration at the semicolons that end a line."""
    return [part for part in (p.strip() for p in re.split(r";\s*(?:\n|$)", text)) if part]


def _files() -> Iterator[tuple[str, str]]:
    folder = resources.files("otel_replay.storage") / "migrations"
    names = sorted(f.name for f in folder.iterdir() if f.name.endswith(".sql"))
    for name in names:
        yield name.removesuffix(".sql"), (folder / name).read_text(encoding="utf-8")
