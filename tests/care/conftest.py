"""Empty storage for each test, in one database: making tables takes longer than these tests do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from otel_replay.storage.blobs.file import FileBlobStore
from otel_replay.storage.clickhouse import Database
from tests.support.database import temporary_database
from tests.support.sessions import World

KEPT = ("otel_replay_migrations", "project_settings")


@pytest.fixture(scope="package")
def package_database(engine_path: Path) -> Iterator[Database]:
    with temporary_database(engine_path) as database:
        yield database


@pytest.fixture
def alone(package_database: Database, blobs: FileBlobStore) -> World:
    """A project without data."""
    empty(package_database)
    return World(package_database, blobs)


def empty(database: Database) -> None:
    """Takes all rows out."""
    filled = database.query(
        "SELECT DISTINCT table FROM system.parts WHERE database = currentDatabase() AND active"
    )
    for row in filled:
        if row["table"] not in KEPT:
            database.command(f"TRUNCATE TABLE `{row['table']}`")
