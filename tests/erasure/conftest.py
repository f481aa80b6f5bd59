"""Storage on either kind of ClickHouse."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from otel_replay.storage.blobs.file import FileBlobStore
from tests.support.database import temporary_database
from tests.support.sessions import World


@pytest.fixture(params=["embedded", "server"])
def anywhere(request: pytest.FixtureRequest, blobs: FileBlobStore) -> Iterator[World]:
    """Empty storage of the test's own, on the embedded engine and on one behind HTTP."""
    if request.param == "embedded":
        yield request.getfixturevalue("alone")
        return
    with temporary_database(request.getfixturevalue("clickhouse_server")) as database:
        yield World(database, blobs)
