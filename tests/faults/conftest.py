"""A receiver with a spool, before a ClickHouse that fails to order."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from otel_replay.instruments import Instruments
from otel_replay.storage.blobs import BlobStore
from otel_replay.storage.blobs.file import FileBlobStore
from otel_replay.storage.clickhouse import Address, Database
from otel_replay.storage.migrate import migrate
from otel_replay_exporters.commit import CommitLimits
from otel_replay_exporters.spool import SpoolFolder
from otel_replay_exporters.storage import StorageConsumer, create_ingest_tables
from tests.faults.load import Load, Tally
from tests.receivers.conftest import LoopThread, start_receiver
from tests.support.clickhouse_server import ClickHouseServer
from tests.support.faults import FaultyProxy
from tests.support.process import wait_for


@dataclass
class Receiving:
    """A running receiver with all that belongs to it."""

    url: str
    database: str
    clickhouse: ClickHouseServer
    proxy: FaultyProxy
    instruments: Instruments
    spool: Path

    def load(self, number: int = 4) -> Load:
        """Senders to this receiver."""
        return Load(lambda: self.url, number)

    def spooled(self, outcome: str) -> float:
        """Batches that went through the spool."""
        labels = {"project": self.database, "outcome": outcome}
        name = "otel_replay_spooled_batches_total"
        return self.instruments.registry.get_sample_value(name, labels) or 0

    def wait_for_more(self, load: Load, requests: int, hits: int = 0) -> None:
        """Returns once so many more requests are acknowledged and so many faults have struck."""
        goal, enough = load.acknowledged() + requests, self.proxy.hits + hits
        wait_for(
            "more to be acknowledged",
            lambda: load.acknowledged() >= goal and self.proxy.hits >= enough and load.is_mixed(),
        )

    def wait_until_drained(self) -> None:
        """Returns once nothing waits on the disk."""
        wait_for("the spool to be drained", lambda: not any(self.spool.rglob("*.spool")))

    def count(self, load: Load) -> Tally:
        """What became of all that was sent."""
        return load.count(lambda sql: self.clickhouse.sql(sql, self.database))


@pytest.fixture
def proxy(clickhouse_server: ClickHouseServer) -> Iterator[FaultyProxy]:
    """A way to ClickHouse that fails to order."""
    with FaultyProxy(clickhouse_server.port) as proxy:
        yield proxy


@pytest.fixture(scope="session")
def tables(clickhouse_server: ClickHouseServer) -> str:
    """Name of a database with all tables."""
    name = f"faults_{uuid.uuid4().hex}"
    prepare(Database(Address.parse(clickhouse_server.url(name))))
    return name


def prepare(database: Database) -> None:
    """What the command line has done before the first write."""
    migrate(database)
    create_ingest_tables(database)


Start = Callable[..., Any]


@pytest.fixture
def start(
    clickhouse_server: ClickHouseServer, tables: str, proxy: FaultyProxy, tmp_path: Path
) -> Start:
    """Starts receivers; `blobs` and `spool_limit` may be given."""

    @contextmanager
    def start(
        blobs: BlobStore | None = None,
        spool: Path = tmp_path / "spool",
        spool_limit: int = 1 << 30,
        database_name: str = tables,
    ) -> Iterator[Receiving]:
        """Each test has senders of its own; the tables they share."""

        database = Database(Address.parse(proxy.url(database_name)))
        loop = LoopThread()
        instruments = Instruments()
        folder = SpoolFolder(spool, spool_limit, instruments) if spool_limit else None
        consumer = StorageConsumer(
            database,
            blobs or FileBlobStore(tmp_path / "blobs"),
            CommitLimits(max_delay_s=0.02, patience_s=1),
            instruments=instruments,
            spool=folder,
            prepare=lambda: prepare(database),
        )
        loop.loop.call_soon_threadsafe(consumer.start)
        server, running = start_receiver(loop, consumer, instruments=instruments)
        try:
            yield Receiving(
                running.http, database_name, clickhouse_server, proxy, instruments, spool
            )
        finally:
            loop.call(server.stop())
            loop.call(consumer.close())
            if folder is not None:
                folder.close()
            loop.close()

    return start
