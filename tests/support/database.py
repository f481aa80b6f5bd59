"""Databases that live as long as a test needs them."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from otel_replay.storage.clickhouse import Address, Database
from otel_replay.storage.migrate import migrate
from tests.support.clickhouse_server import ClickHouseServer

Engine = Path | ClickHouseServer
"""The folder of the embedded one, or one behind HTTP."""
_MIGRATIONS = "otel_replay_migrations"
_spare: defaultdict[Engine, list[str]] = defaultdict(list)
"""Names of databases: as they were made, and empty."""


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


def _empty(database: Database) -> None:
    """Takes out all rows but the names of migrations."""
    filled = database.query(
        "SELECT DISTINCT table FROM system.parts WHERE database = currentDatabase() AND active"
    )
    for row in filled:
        if row["table"] != _MIGRATIONS:
            database.command(f"TRUNCATE TABLE `{row['table']}`")


def _made(engine: Engine) -> str:
    """The name of a new database: its tables are made as they are after all migrations."""
    name = _new_name()
    template = _template(engine)
    with _open(engine, name) as database:
        for statement in _statements(engine):
            database.command(statement.replace(template, name))
        database.insert(_MIGRATIONS, _applied(database, template))
    return name


def _emptied(engine: Engine, database: Database) -> bool:
    """Takes away what a test left; tells whether the database is as it was made."""
    name = database.address.database
    template = _template(engine)
    made = [statement.replace(template, name) for statement in _statements(engine)]
    for table, statement in _tables(database, name):
        if statement not in made:
            database.command(f"DROP TABLE `{table}` SYNC")
    if [statement for _, statement in _tables(database, name)] != made:
        return False
    if _applied(database, name) != _applied(database, template):
        return False
    _empty(database)
    return True


@cache
def _template(engine: Engine) -> str:
    """The name of a database that has gone through the migrations."""
    name = _new_name()
    with _open(engine, name) as database:
        migrate(database)
    return name


@cache
def _statements(engine: Engine) -> list[str]:
    """The statements that made the template's tables."""
    template = _template(engine)
    with _open(engine, template) as database:
        return [statement for _, statement in _tables(database, template)]


def _tables(database: Database, name: str) -> list[tuple[str, str]]:
    """Names and statements of tables; views come after what they read and write."""
    tables = database.query(
        "SELECT name, create_table_query FROM system.tables WHERE database = {name:String}"
        " ORDER BY engine = 'MaterializedView', engine = 'View', name",
        {"name": name},
    )
    return [(table["name"], table["create_table_query"]) for table in tables]


def _applied(database: Database, name: str) -> list[dict[str, str]]:
    return database.query(f"SELECT * FROM `{name}`.{_MIGRATIONS} ORDER BY Name")


def _new_name() -> str:
    return f"test_{uuid.uuid4().hex}"


@contextmanager
def _open(engine: Engine, name: str) -> Iterator[Database]:
    chdb = f"chdb://{engine}?database={name}"
    database = Database(Address.parse(chdb if isinstance(engine, Path) else engine.url(name)))
    yield database
    database.close()
