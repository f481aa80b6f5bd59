"""Storage on either kind of ClickHouse."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from otel_replay.storage.blobs.file import FileBlobStore
from otel_replay.storage.clickhouse import Address, Database
from otel_replay.storage.migrate import migrate
from tests.support.clickhouse_server import ClickHouseServer
from tests.support.sessions import World


@pytest.fixture(params=["embedded", "server"])
def anywhere(request: pytest.FixtureRequest, blobs: FileBlobStore) -> Iterator[World]:
    """Empty storage of the test's own, on the embedded engine and on one behind HTTP."""
    if request.param == "embedded":
        yield request.getfixturevalue("alone")
        return
    server: ClickHouseServer = request.getfixturevalue("clickhouse_server")
    database = Database(Address.parse(server.url(f"test_{uuid.uuid4().hex}")))
    migrate(database)
    yield World(database, blobs)
    database.close()
