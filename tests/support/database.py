"""Databases that live as long as a test needs them."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from otel_replay.storage.clickhouse import Address, Database
from otel_replay.storage.migrate import insert_first_rows, migrate
from tests.support.clickhouse_server import ClickHouseServer

Engine = Path | ClickHouseServer
"""The folder of the embedded one, or one behind HTTP."""
_MIGRATIONS = "otel_replay_migrations"
_APPLIED = "applied"
"""Stands for no table."""
_spare: defaultdict[Engine, list[str]] = defaultdict(list)
"""Names of databases: as they were made, and empty."""
_as_made: dict[str, dict[str, object]] = {}


@contextmanager
def temporary_database(engine: Engine) -> Iterator[Database]:
    """A ClickHouse database of its own, with all tables, which are empty.

    Making the tables takes seconds, so databases whose tables are still as they were made are
    emptied and used again.
    """
    spare = _spare[engine]
    name = spare.pop() if spare else _made(engine)
    with _open(engine, name) as database:
        yield database
    with _open(engine, name) as database:
        if _emptied(engine, database):
            spare.append(name)
        else:
            database.command(f"DROP DATABASE `{name}` SYNC")


def _made(engine: Engine) -> str:
    """The name of a new database."""
    name = f"test_{uuid.uuid4().hex}"
    with _open(engine, name) as database:
        migrate(database)
        _as_made[name] = _state(engine, database)
    return name


def _emptied(engine: Engine, database: Database) -> bool:
    """Takes away what a test left; tells whether the database is as it was made."""
    made, found = _as_made[database.address.database], _state(engine, database)
    for name in found.keys() - made.keys():
        database.command(f"DROP TABLE IF EXISTS `{name}` SYNC")
    # What was dropped takes none of the others with it, so nothing needs to be asked again.
    if {name: found[name] for name in found.keys() & made.keys()} != made:
        return False
    filled = database.query(
        "SELECT DISTINCT table FROM system.parts WHERE database = currentDatabase() AND active"
    )
    for row in filled:
        if row["table"] != _MIGRATIONS:
            database.command(f"TRUNCATE TABLE `{row['table']}`")
    insert_first_rows(database)
    return True


def _state(engine: Engine, database: Database) -> dict[str, object]:
    """Tables with what tells whether they were changed, and the migrations that were applied.

    A change of a table writes its statement anew. The file tells so; to write all statements down
    takes ClickHouse a tenth of a second and more.
    """
    folder = engine if isinstance(engine, Path) else engine.clickhouse
    tables = database.query(
        "SELECT name, uuid, metadata_path FROM system.tables WHERE database = currentDatabase()"
    )
    applied = database.query(f"SELECT Name FROM {_MIGRATIONS} ORDER BY Name")
    return {
        **{
            table["name"]: (table["uuid"], (folder / table["metadata_path"]).stat().st_mtime_ns)
            for table in tables
        },
        _APPLIED: [row["Name"] for row in applied],
    }


@contextmanager
def _open(engine: Engine, name: str) -> Iterator[Database]:
    chdb = f"chdb://{engine}?database={name}"
    database = Database(Address.parse(chdb if isinstance(engine, Path) else engine.url(name)))
    yield database
    database.close()
