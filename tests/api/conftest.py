"""Worlds of sessions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from otel_replay.storage.blobs.file import FileBlobStore
from otel_replay.storage.clickhouse import Database
from tests.support.sessions import World, temporary_database


@pytest.fixture(scope="package")
def shared_database(engine_path: Path) -> Iterator[Database]:
    with temporary_database(engine_path) as database:
        yield database


@pytest.fixture
def world(shared_database: Database, blobs: FileBlobStore) -> World:
    """Storage that other tests use too, each with sessions of its own."""
    return World(shared_database, blobs)


@pytest.fixture
def alone(database: Database, blobs: FileBlobStore) -> World:
    """Empty storage of the test's own."""
    return World(database, blobs)
