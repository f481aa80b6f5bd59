"""Wires the parts together and runs them in one process until a signal comes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from otel_replay.cli.lock import DataFolder
from otel_replay.config import Settings
from otel_replay.errors import OtelReplayError
from otel_replay.sessions.worker import SessionWorker
from otel_replay.storage.blobs import BlobStore, open_blob_store
from otel_replay.storage.clickhouse import Address, Database
from otel_replay.storage.migrate import migrate
from otel_replay_exporters.commit import CommitLimits
from otel_replay_exporters.storage import StorageConsumer, create_ingest_tables
from otel_replay_receivers.otlp.server import OtlpServer
from otel_replay_ui.api import Backend, blueprint
from otel_replay_ui.app import create_app
from otel_replay_ui.server import WsgiServer
from otel_replay_ui.sql import create_sql_app

logger = logging.getLogger(__name__)

PARTS = ("receive", "work", "ui", "sql")


@dataclass
class Running:
    """What is up, for the lines that are printed and for /healthz."""

    addresses: dict[str, str] = field(default_factory=dict)
    """Part to address, in the order of printing."""
    checks: list[Callable[[], str]] = field(default_factory=list)
    """Each answers what is wrong, or ''."""
    complete: bool = False

    def problems(self) -> list[str]:
        """Why the process is not ready; empty when it is."""
        if not self.complete:
            return ["still starting"]
        return [problem for check in self.checks if (problem := check())]


def run(settings: Settings, parts: tuple[str, ...], *, demo: bool = False) -> None:
    """Runs `parts` until SIGTERM or SIGINT, then drains. Raises ConfigError."""
    with _open_database(settings) as (database, folder):
        blobs = open_blob_store(settings.blobs_url)
        migrate(database)
        asyncio.run(_run(settings, parts, demo, database, blobs, folder))


def apply_migrations(settings: Settings) -> list[str]:
    """Creates or upgrades the tables; returns the names of the migrations it applied."""
    with _open_database(settings) as (database, _folder):
        return migrate(database)


@contextlib.contextmanager
def _open_database(settings: Settings) -> Iterator[tuple[Database, DataFolder | None]]:
    """The database, and for the embedded engine its folder, held for this process."""
    with contextlib.ExitStack() as stack:
        address = Address.parse(settings.clickhouse_url)
        folder = None
        if address.embedded_path is not None:
            folder = stack.enter_context(DataFolder(settings.data))
            _work_in(address.embedded_path)
        database = Database(address)
        stack.callback(database.close)
        yield database, folder


def _work_in(folder: Path) -> None:
    """The embedded engine keeps the schemas it parses in its working directory."""
    scratch = folder.with_name("scratch")
    scratch.mkdir(parents=True, exist_ok=True)
    os.chdir(scratch)


async def _run(
    settings: Settings,
    parts: tuple[str, ...],
    demo: bool,
    database: Database,
    blobs: BlobStore,
    folder: DataFolder | None,
) -> None:
    stop = _stop_on_signals()
    running = Running()
    running.checks.append(_database_check(database))
    async with contextlib.AsyncExitStack() as stack:
        if "ui" in parts:
            stack.enter_context(_ui(settings, database, blobs, running))
        if "sql" in parts and folder is not None:
            stack.enter_context(_sql(settings, database, running))
        if "work" in parts:
            stack.enter_context(_worker(database, running))
        if "receive" in parts:
            await stack.enter_async_context(_receiver(settings, database, blobs, running))
        if demo:
            await stack.enter_async_context(_demo(settings, running))
        if folder is not None:
            folder.announce(running.addresses)
        running.complete = True
        _print_addresses(running)
        await stop.wait()
        print("stopping: answering what is under way", flush=True)


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


def _database_check(database: Database) -> Callable[[], str]:
    def check() -> str:
        try:
            database.query("SELECT 1")
        except OtelReplayError as exc:
            return f"storage: {exc}"
        return ""

    return check


@contextlib.asynccontextmanager
async def _receiver(
    settings: Settings, database: Database, blobs: BlobStore, running: Running
) -> AsyncIterator[None]:
    create_ingest_tables(database)
    consumer = StorageConsumer(
        database, blobs, CommitLimits(max_delay_s=settings.commit_delay_ms / 1000)
    )
    consumer.start()
    server = OtlpServer(
        consumer,
        max_request_bytes=settings.max_request_bytes,
        allowed_origins=settings.cors_allowed_origins,
    )
    try:
        grpc, http = settings.otlp_grpc, settings.otlp_http
        grpc_port, http_port = await server.start((grpc.host, grpc.port), (http.host, http.port))
        running.addresses["otlp_grpc"] = f"{grpc.host}:{grpc_port}"
        running.addresses["otlp_http"] = f"http://{http.host}:{http_port}"
        yield
        await server.stop()
    finally:
        await consumer.close()


@contextlib.contextmanager
def _worker(database: Database, running: Running) -> Iterator[None]:
    stop = threading.Event()
    worker = SessionWorker(database)
    thread = threading.Thread(target=worker.run, args=(stop,), name="sessions", daemon=True)
    thread.start()
    running.checks.append(lambda: "" if thread.is_alive() else "the session worker has stopped")
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=30)


@contextlib.contextmanager
def _ui(
    settings: Settings, database: Database, blobs: BlobStore, running: Running
) -> Iterator[None]:
    app = create_app(
        blueprint(Backend(database, blobs)),
        ready=running.problems,
        receiver_url=lambda: running.addresses.get("otlp_http", ""),
    )
    server = WsgiServer(app, settings.ui.host, settings.ui.port, name="the UI", flag="--ui")
    running.addresses["ui"] = f"http://{settings.ui.host}:{server.port}"
    with _serving(server):
        yield


@contextlib.contextmanager
def _sql(settings: Settings, database: Database, running: Running) -> Iterator[None]:
    app = create_sql_app(database.address)
    server = WsgiServer(app, settings.sql.host, settings.sql.port, name="SQL", flag="--sql")
    running.addresses["sql"] = f"http://{settings.sql.host}:{server.port}"
    with _serving(server):
        yield


@contextlib.contextmanager
def _serving(server: WsgiServer) -> Iterator[None]:
    server.start()
    try:
        yield
    finally:
        server.stop()


@contextlib.asynccontextmanager
async def _demo(settings: Settings, running: Running) -> AsyncIterator[None]:
    from otel_replay.demo import start_demo

    shop = settings.demo_shop
    # In a thread: as the shop ends it sends its last telemetry, to the receiver on this very loop.
    demo = await asyncio.to_thread(
        start_demo,
        shop.host,
        shop.port,
        running.addresses["otlp_http"],
        settings.data / "demo",
    )
    running.addresses["demo_shop"] = demo.address
    try:
        yield
    finally:
        await asyncio.to_thread(demo.stop)


_TITLES = {
    "ui": "pages",
    "demo_shop": "demo shop",
    "otlp_grpc": "OTLP/gRPC",
    "otlp_http": "OTLP/HTTP",
    "sql": "SQL",
}


def _print_addresses(running: Running) -> None:
    for part, title in _TITLES.items():
        if part in running.addresses:
            print(f"  {title:<10} {running.addresses[part]}", flush=True)
    print("ready (stop with Ctrl-C)", flush=True)
