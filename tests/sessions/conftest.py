"""Sessions of many cases, computed at once: the statement that does it is dear to plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from otel_replay.storage.blobs.file import FileBlobStore
from otel_replay.storage.clickhouse import Database
from tests.support.sessions import World, stored_together

Told = Callable[[Sequence[Callable[[World], None]]], list[World]]
"""Tells each story in a world of its own; returns these worlds, in the same order."""


@pytest.fixture(scope="session")
def stored(shared_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Tells stories on the shared database, by one insert per table."""
    blobs = FileBlobStore(tmp_path_factory.mktemp("stories") / "blobs")
    return lambda stories: stored_together(shared_database, blobs, stories)


@pytest.fixture(scope="session")
def settled(stored: Told) -> Told:
    """Tells stories on the shared database, and computes their sessions by one statement."""

    def tell(stories: Sequence[Callable[[World], None]]) -> list[World]:
        worlds = stored(stories)
        worlds[0].worker.run_once()
        return worlds

    return tell
