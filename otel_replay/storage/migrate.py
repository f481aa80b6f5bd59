"""Applies the numbered files of migrations/ to a database, each once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import resources

from otel_replay.errors import ConfigError
from otel_replay.storage import schema
from otel_replay.storage.alter import cluster_of
from otel_replay.storage.clickhouse import Database
from otel_replay.storage.queries import statements

NEWEST = (26, 9)
"""The version that is tested with."""
APPLIED_TABLE = """
CREATE TABLE IF NOT EXISTS otel_replay_migrations
(
    Name String COMMENT 'File of the migration',
    AppliedAt DateTime DEFAULT now() COMMENT 'When it was applied'
)
ENGINE = ReplacingMergeTree
ORDER BY Name
"""


@dataclass(frozen=True)
class Migration:
    """A numbered file."""

    name: str
    statements: list[str]


def migrate(database: Database, version: tuple[int, int] | None = None) -> list[str]:
    """Applies what is missing, in order; returns the names it applied.

    Each statement is safe to repeat, so a run that was cut off is repaired by the next one. A new
    database gets its tables as they are after all of them.
    `version` is that of the server unless told. Raises ConfigError when the tables are another
    program's, QueryError or UnavailableError.
    """
    refuse_others_tables(database)
    refuse_clusters(database)
    database.command(APPLIED_TABLE)
    if version is None and not _applied(database) and schema.create(database):
        insert_first_rows(database)
        note_applied(database, *known())
        return known()
    return apply_missing(database, version)


def apply_missing(database: Database, version: tuple[int, int] | None = None) -> list[str]:
    """`migrate` by migrations alone, also where there is nothing yet."""
    database.command(APPLIED_TABLE)
    applied = []
    for migration in missing(database, version):
        for statement in migration.statements:
            database.command(statement)
        note_applied(database, migration.name)
        applied.append(migration.name)
    return applied


def insert_first_rows(database: Database) -> None:
    """Inserts what migrations insert, where the tables are there but empty."""
    for migration in migrations(NEWEST):
        for statement in migration.statements:
            if re.match(r"(--[^\n]*\n)*INSERT ", statement):
                database.command(statement)


def tables() -> list[str]:
    """The tables that migrations create, the one of their names included."""
    created = [
        name
        for migration in migrations(NEWEST)
        for statement in migration.statements
        for name in re.findall(r"^CREATE TABLE IF NOT EXISTS (\w+)", statement, re.MULTILINE)
    ]
    return ["otel_replay_migrations", *created]


def known() -> list[str]:
    """The names of all migrations, in their order."""
    return [migration.name for migration in migrations(NEWEST)]


def missing(database: Database, version: tuple[int, int] | None = None) -> list[Migration]:
    """What `migrate` would apply, in order. Changes nothing."""
    done = _applied(database)
    return [m for m in migrations(version or database.version) if m.name not in done]


def refuse_others_tables(database: Database) -> None:
    """Raises ConfigError when tables of the same names were made by the Collector's exporter."""
    rows = database.query(
        "SELECT name FROM system.tables WHERE database = currentDatabase()"
        " AND name IN ('otel_logs', 'otel_traces') AND name NOT IN (SELECT table"
        " FROM system.columns WHERE database = currentDatabase() AND name = 'SessionId')"
    )
    if rows:
        names = " and ".join(sorted(row["name"] for row in rows))
        raise ConfigError(
            f"{names} in the database {database.address.database} were made by the Collector's"
            " exporter: run otel-replay migrate --adopt to add what is missing (--check says what"
            " that is), or name another database"
        )


def refuse_clusters(database: Database) -> None:
    """Raises ConfigError when the tables are on a cluster and are not those of this version."""
    cluster = cluster_of(database)
    lacking = [migration.name for migration in missing(database)] if cluster else []
    if lacking:
        raise ConfigError(
            f"the tables of the database {database.address.database} are on the cluster {cluster}"
            f" and lack {', '.join(lacking[:3])}{' and more' if len(lacking) > 3 else ''}: have an"
            f" administrator run what otel-replay migrate --print-cluster {cluster} prints"
        )


def note_applied(database: Database, *names: str) -> None:
    """Writes down that migrations need not be applied any more."""
    database.insert("otel_replay_migrations", [{"Name": name} for name in names])


def migrations(version: tuple[int, int]) -> list[Migration]:
    """All that a server of this version gets, in order.

    A file named ``NNNN_name.from_26.2.sql`` is for servers from that version on, which get it once
    they have been upgraded.
    """
    folder = resources.files("otel_replay.storage") / "migrations"
    names = sorted(f.name for f in folder.iterdir() if f.name.endswith(".sql"))
    found = []
    for file in names:
        name, _, condition = file.removesuffix(".sql").partition(".from_")
        if condition and version < tuple(int(part) for part in condition.split(".")):
            continue
        text = (folder / file).read_text(encoding="utf-8")
        found.append(Migration(name, statements(text)))
    return found


def _applied(database: Database) -> set[str]:
    if not database.query(
        "SELECT 1 FROM system.tables WHERE database = currentDatabase()"
        " AND name = 'otel_replay_migrations'"
    ):
        return set()
    return {row["Name"] for row in database.query("SELECT Name FROM otel_replay_migrations")}
