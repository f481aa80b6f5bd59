"""The parts of the product, each a context: up inside it, drained and closed after it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

from otel_replay.cli.running import Running
from otel_replay.cli.stores import Store, Stores, migrate_all
from otel_replay.config import Listen, Settings
from otel_replay.errors import ConfigError
from otel_replay.exposition import status_app
from otel_replay.instruments import Instruments
from otel_replay.sessions.worker import SessionWorker
from otel_replay_exporters.commit import CommitLimits
from otel_replay_exporters.routing import ProjectRouter
from otel_replay_exporters.storage import StorageConsumer, create_ingest_tables
from otel_replay_receivers.otlp.server import OtlpServer
from otel_replay_ui.api import Backend, blueprint
from otel_replay_ui.app import create_app
from otel_replay_ui.projects import mount
from otel_replay_ui.server import WsgiServer
from otel_replay_ui.sql import create_sql_app


@contextlib.asynccontextmanager
async def receiver(settings: Settings, stores: Stores, running: Running) -> AsyncIterator[None]:
    """OTLP over gRPC and HTTP, stored per project."""
    for store in stores.all:
        create_ingest_tables(store.database)
    consumers = {name: _consumer(settings, store) for name, store in stores.by_name().items()}
    for consumer in consumers.values():
        consumer.start()
    server = OtlpServer(
        ProjectRouter(consumers),
        max_request_bytes=settings.max_request_bytes,
        allowed_origins=settings.cors_allowed_origins,
    )
    try:
        grpc, http = settings.otlp_grpc, settings.otlp_http
        grpc_port, http_port = await server.start((grpc.host, grpc.port), (http.host, http.port))
        taken = replace(
            settings,
            otlp_grpc=Listen(grpc.host, grpc_port),
            otlp_http=Listen(http.host, http_port),
        )
        announce_otlp(taken, running)
        yield
        await server.stop()
    finally:
        for consumer in consumers.values():
            await consumer.close()


def _consumer(settings: Settings, store: Store) -> StorageConsumer:
    limits = CommitLimits(max_delay_s=settings.commit_delay_ms / 1000)
    return StorageConsumer(store.database, store.blobs, limits)


def prepare(stores: Stores) -> None:
    """Makes every project's tables. Raises UnavailableError while ClickHouse is away."""
    migrate_all(stores.all)
    for store in stores.all:
        create_ingest_tables(store.database)


@contextlib.contextmanager
def session_workers(stores: Stores, running: Running) -> Iterator[None]:
    """One thread per project that derives sessions."""
    with contextlib.ExitStack() as stack:
        for store in stores.all:
            stack.enter_context(_session_worker(store, running))
        yield


@contextlib.contextmanager
def _session_worker(store: Store, running: Running) -> Iterator[None]:
    stop = threading.Event()
    worker = SessionWorker(store.database)
    name = f"sessions-{store.project.name}"
    thread = threading.Thread(target=worker.run, args=(stop,), name=name, daemon=True)
    thread.start()
    running.checks.append(lambda: "" if thread.is_alive() else "the session worker has stopped")
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=30)


@contextlib.contextmanager
def pages(settings: Settings, stores: Stores, running: Running) -> Iterator[None]:
    """The pages and the API of all projects."""
    apps = {
        name: create_app(
            blueprint(Backend(store.database, store.blobs)),
            ready=running.problems,
            receiver_url=lambda: running.addresses.get("otlp_http", ""),
        )
        for name, store in stores.by_name().items()
    }
    server = WsgiServer(mount(apps), settings.ui.host, settings.ui.port, name="the UI", flag="--ui")
    running.addresses["ui"] = f"http://{settings.ui.host}:{server.port}"
    with _serving(server):
        yield


@contextlib.contextmanager
def sql_interface(settings: Settings, stores: Stores, running: Running) -> Iterator[None]:
    """ClickHouse's HTTP interface on the embedded engine."""
    app = create_sql_app(stores.default.database.address)
    server = WsgiServer(app, settings.sql.host, settings.sql.port, name="SQL", flag="--sql")
    running.addresses["sql"] = f"http://{settings.sql.host}:{server.port}"
    with _serving(server):
        yield


@contextlib.contextmanager
def status(settings: Settings, instruments: Instruments, running: Running) -> Iterator[None]:
    """/metrics and /healthz of a process that serves no pages."""
    app = status_app(instruments, running.problems)
    host, port = settings.status.host, settings.status.port
    server = WsgiServer(app, host, port, name="the status address", flag="--status")
    running.addresses["status"] = f"http://{host}:{server.port}"
    with _serving(server):
        yield


def announce_otlp(settings: Settings, running: Running) -> None:
    """Notes the addresses that senders use."""
    scheme = "https" if settings.tls_certificate else "http"
    running.addresses["otlp_grpc"] = str(settings.otlp_grpc)
    running.addresses["otlp_http"] = f"{scheme}://{settings.otlp_http}"


@contextlib.contextmanager
def _serving(server: WsgiServer) -> Iterator[None]:
    server.start()
    try:
        yield
    finally:
        server.stop()


@contextlib.asynccontextmanager
async def demo_shop(settings: Settings, running: Running) -> AsyncIterator[None]:
    """The demo shop, sending to this process."""
    from otel_replay.demo import start_demo

    # In a thread: as the shop ends it sends its last telemetry, to the receiver on this very loop.
    demo = await asyncio.to_thread(
        start_demo,
        settings.demo_shop.host,
        settings.demo_shop.port,
        running.addresses["otlp_http"],
        settings.data / "demo",
        demo_key(settings),
    )
    running.addresses["demo_shop"] = demo.address
    try:
        yield
    finally:
        await asyncio.to_thread(demo.stop)


def demo_key(settings: Settings) -> str:
    """The ingest key that the demo shop uses: the default project's first, '' without keys.

    Raises ConfigError when the shop's pages could not send.
    """
    if settings.tls_certificate:
        raise ConfigError(
            "the demo shop sends without TLS: leave out tls_certificate, or run without the demo"
        )
    default = settings.projects[0]
    if settings.has_keys and not default.keys:
        raise ConfigError(
            f"the demo shop sends to project {default.name}, which has no ingest key: add one"
        )
    return default.keys[0].key if default.keys else ""
