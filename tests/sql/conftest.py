"""One database and its SQL address for the tests of a module: making one takes long."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from otel_replay.storage.clickhouse import Database
from otel_replay_ui.server import WsgiServer
from otel_replay_ui.sql import create_sql_app
from tests.support.database import temporary_database

SECRET = "the salt of this project"


@pytest.fixture(scope="module")
def read_database(engine_path: Path) -> Iterator[Database]:
    """A database with two rows of session_touched, and a secret."""
    with temporary_database(engine_path) as database:
        database.insert("session_touched", [{"SessionId": "s1"}, {"SessionId": "s2"}])
        salt = {"Name": "erasure_salt", "Value": SECRET, "ChangedBy": "test"}
        database.insert("project_settings", [salt])
        yield database


@pytest.fixture(scope="module")
def sql(read_database: Database) -> Iterator[str]:
    """The address at which it is served."""
    app = create_sql_app(read_database.address)
    server = WsgiServer(app, "127.0.0.1", 0, name="SQL", flag="--sql")
    server.start()
    yield f"http://127.0.0.1:{server.port}"
    server.stop()
