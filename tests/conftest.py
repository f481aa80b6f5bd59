"""What tests of all packages share: the embedded engine and a browser, once per process."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from otel_replay.storage.blobs.file import FileBlobStore
from otel_replay.storage.clickhouse import Address, Database
from tests.support.clickhouse_server import ClickHouseServer
from tests.support.database import temporary_database
from tests.support.process import PAGE_PATIENCE_MS
from tests.support.s3_server import CREDENTIALS, S3Server
from tests.support.sessions import World
from tools.browser import ON_PATH, SHELL

_CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Instead of 5 s: what a page shows comes much later on a machine that does three things at once.
expect.set_options(timeout=PAGE_PATIENCE_MS)


@pytest.fixture(scope="session")
def engine_path(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folder of the embedded ClickHouse: it admits one path per process.

    The engine keeps the schemas it parses in the working directory, so that moves here too. It ends
    with its last connection, and takes 0.2 s to begin again: one stays open.
    """
    folder = tmp_path_factory.mktemp("engine")
    before = Path.cwd()
    os.chdir(folder)
    database = Database(Address.parse(f"chdb://{folder / 'clickhouse'}?database=default"))
    assert database.version
    yield folder / "clickhouse"
    database.close()
    os.chdir(before)


@pytest.fixture
def database(engine_path: Path) -> Iterator[Database]:
    """A ClickHouse database of the test's own, with all tables."""
    with temporary_database(engine_path) as database:
        yield database


@pytest.fixture(scope="session")
def shared_database(engine_path: Path) -> Iterator[Database]:
    """A database for tests that each have sessions of their own."""
    with temporary_database(engine_path) as database:
        yield database


@pytest.fixture(scope="session")
def clickhouse_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouseServer]:
    """A ClickHouse to reach by http://; tests use databases of their own on it."""
    with ClickHouseServer(tmp_path_factory.mktemp("clickhouse-server")) as server:
        yield server


@pytest.fixture
def s3_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the S3 servers, for this process and those that it starts."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """rclone's S3, to share; tests use buckets of their own on it."""
    with S3Server(tmp_path_factory.mktemp("s3") / "rclone") as server:
        yield server


@pytest.fixture(scope="session")
def moto_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """moto's S3, to share, for what rclone's lacks."""
    with S3Server(tmp_path_factory.mktemp("s3") / "moto", "moto") as server:
        yield server


@pytest.fixture
def blobs(tmp_path: Path) -> FileBlobStore:
    """An empty blob store."""
    return FileBlobStore(tmp_path / "blobs")


@pytest.fixture
def world(shared_database: Database, blobs: FileBlobStore) -> World:
    """Storage that other tests use too, each with sessions of its own."""
    return World(shared_database, blobs)


@pytest.fixture
def alone(database: Database, blobs: FileBlobStore) -> World:
    """Empty storage of the test's own."""
    return World(database, blobs)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium as CHROMIUM_SHELL or CHROMIUM names it, from the machine, or Playwright's own.

    For all tests: a thread can hold one Playwright only.
    """
    named = os.environ.get("CHROMIUM_SHELL") or os.environ.get("CHROMIUM")
    found = named or next(filter(None, map(shutil.which, (SHELL, *ON_PATH))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=_CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def viewer(browser: Browser) -> Iterator[Page]:
    """The page of somebody who watches; script errors fail the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PAGE_PATIENCE_MS)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []
