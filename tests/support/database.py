"""Databases on the embedded engine that live as long as a test needs them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from otel_replay.storage.clickhouse import Address, Database
from otel_replay.storage.migrate import migrate


@contextmanager
def temporary_database(engine_path: Path) -> Iterator[Database]:
    """A ClickHouse database of its own, with all tables.

    Applying every migration takes seconds, so tables are made as they are in the end; the template
    has gone through the migrations.
    """
    template, statements = _template(engine_path)
    name, database = _new_database(engine_path)
    for statement in statements:
        database.command(statement.replace(template, name))
    rows = database.query(f"SELECT * FROM `{template}`.otel_replay_migrations")
    database.insert("otel_replay_migrations", rows)
    yield database
    database.command(f"DROP DATABASE `{name}` SYNC")
    database.close()


@cache
def _template(engine_path: Path) -> tuple[str, list[str]]:
    """The name of a database that was migrated, and the statements that make its tables."""
    name, database = _new_database(engine_path)
    migrate(database)
    # Views come after what they read and write.
    tables = database.query(
        "SELECT create_table_query FROM system.tables WHERE database = {name:String}"
        " ORDER BY engine = 'MaterializedView', engine = 'View', name",
        {"name": name},
    )
    database.close()
    return name, [table["create_table_query"] for table in tables]


def _new_database(engine_path: Path) -> tuple[str, Database]:
    name = f"test_{uuid.uuid4().hex}"
    return name, Database(Address.parse(f"chdb://{engine_path}?database={name}"))
