"""Databases on the embedded engine that live as long as a test needs them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from otel_replay.storage.clickhouse import Address, Database
from otel_replay.storage.migrate import migrate


@contextmanager
def temporary_database(engine_path: Path) -> Iterator[Database]:
    """A ClickHouse database of its own, with all tables."""
    name = f"test_{uuid.uuid4().hex}"
    database = Database(Address.parse(f"chdb://{engine_path}?database={name}"))
    migrate(database)
    yield database
    database.command(f"DROP DATABASE `{name}` SYNC")
    database.close()
