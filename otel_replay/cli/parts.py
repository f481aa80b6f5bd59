"""The parts of the product, each a context: up inside it, drained and closed after it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from otel_replay import __version__, self_telemetry
from otel_replay.cli.running import Running
from otel_replay.cli.stores import Store, Stores
from otel_replay.config import Listen, Settings
from otel_replay.errors import ConfigError
from otel_replay.exposition import observed, status_app
from otel_replay.instruments import Instruments
from otel_replay.memory import MemoryGuard, MemoryLimits
from otel_replay.sessions.worker import SessionWorker
from otel_replay.storage.migrate import migrate
from otel_replay.usage import UsageLedger
from otel_replay.usage_writer import UsageWriter
from otel_replay_exporters.commit import CommitLimits
from otel_replay_exporters.routing import ProjectRouter
from otel_replay_exporters.spool import SpoolFolder
from otel_replay_exporters.storage import StorageConsumer, create_ingest_tables
from otel_replay_receivers.access.access import Access
from otel_replay_receivers.otlp.server import OtlpServer
from otel_replay_receivers.otlp.tls import Tls
from otel_replay_ui.api import Backend, blueprint
from otel_replay_ui.app import create_app
from otel_replay_ui.projects import mount
from otel_replay_ui.server import WsgiServer
from otel_replay_ui.sql import create_sql_app


@dataclass(frozen=True)
class Process:
    """What the parts of one process share."""

    settings: Settings
    stores: Stores
    running: Running
    instruments: Instruments = field(default_factory=Instruments)
    usage: UsageLedger = field(default_factory=UsageLedger)


@contextlib.asynccontextmanager
async def receiver(process: Process) -> AsyncIterator[None]:
    """OTLP over gRPC and HTTP, stored per project."""
    with _spool(process) as spool:
        consumers = {
            name: _consumer(process, store, spool)
            for name, store in process.stores.by_name().items()
        }
        server = _otlp_server(process, ProjectRouter(consumers))
        for consumer in consumers.values():
            consumer.start()
        try:
            async with _listening(process, server), _self_telemetry(process.settings):
                yield
        finally:
            for consumer in consumers.values():
                await consumer.close()


@contextlib.asynccontextmanager
async def _listening(process: Process, server: OtlpServer) -> AsyncIterator[None]:
    settings = process.settings
    grpc, http = settings.otlp_grpc, settings.otlp_http
    grpc_port, http_port = await server.start((grpc.host, grpc.port), (http.host, http.port))
    taken = replace(
        settings, otlp_grpc=Listen(grpc.host, grpc_port), otlp_http=Listen(http.host, http_port)
    )
    announce_otlp(taken, process.running)
    async with _counting_usage(process):
        try:
            yield
        finally:
            await server.stop()


def _otlp_server(process: Process, consumer: ProjectRouter) -> OtlpServer:
    settings = process.settings
    access = Access(
        settings.projects,
        allowed_origins=settings.cors_allowed_origins,
        key_header=settings.key_header,
        usage=process.usage,
    )
    limits = MemoryLimits.of(
        settings.memory_limit_bytes, settings.memory_soft_limit_bytes
    ).shared_by(settings.workers)
    return OtlpServer(
        consumer,
        max_request_bytes=settings.max_request_bytes,
        access=access,
        instruments=process.instruments,
        usage=process.usage,
        memory=MemoryGuard(limits, instruments=process.instruments),
        tls=_tls(settings),
        request_timeout_s=settings.request_timeout_s,
        max_connection_age_s=settings.max_connection_age_s,
        keepalive_time_s=settings.keepalive_time_s,
        keepalive_timeout_s=settings.keepalive_timeout_s,
        reuse_port=settings.workers > 1,
        ready=lambda: process.running.complete,
    )


def _tls(settings: Settings) -> Tls | None:
    if not settings.tls_certificate:
        return None
    client_ca = Path(settings.tls_client_ca) if settings.tls_client_ca else None
    return Tls(Path(settings.tls_certificate), Path(settings.tls_key), client_ca)


@contextlib.asynccontextmanager
async def _counting_usage(process: Process) -> AsyncIterator[None]:
    databases = {name: store.database for name, store in process.stores.by_name().items()}
    writer = UsageWriter(process.usage, databases)
    await asyncio.to_thread(writer.start)
    try:
        yield
    finally:
        await asyncio.to_thread(writer.stop)


@contextlib.asynccontextmanager
async def _self_telemetry(settings: Settings) -> AsyncIterator[None]:
    if not settings.self_telemetry:
        yield
        return
    telemetry = self_telemetry.start(settings.self_telemetry, __version__)
    try:
        yield
    finally:
        # In a thread: its last batch may be for the receiver on this very loop.
        await asyncio.to_thread(telemetry.stop)


@contextlib.contextmanager
def _spool(process: Process) -> Iterator[SpoolFolder | None]:
    settings = process.settings
    if not settings.spool_limit_bytes:
        yield None
        return
    limit_bytes = settings.spool_limit_bytes // settings.workers
    spool = SpoolFolder(settings.spool_folder, limit_bytes, process.instruments)
    with contextlib.closing(spool):
        yield spool


def _consumer(process: Process, store: Store, spool: SpoolFolder | None) -> StorageConsumer:
    return StorageConsumer(
        store.database,
        store.blobs,
        CommitLimits(max_delay_s=process.settings.commit_delay_ms / 1000),
        project=store.project.name,
        instruments=process.instruments,
        spool=spool,
        prepare=lambda: prepare(store),
    )


def prepare(store: Store) -> None:
    """Makes a project's tables. Raises UnavailableError while ClickHouse is away."""
    migrate(store.database)
    create_ingest_tables(store.database)


@contextlib.contextmanager
def session_workers(process: Process) -> Iterator[None]:
    """One thread per project that derives sessions."""
    with contextlib.ExitStack() as stack:
        for store in process.stores.all:
            stack.enter_context(_session_worker(process, store))
        yield


@contextlib.contextmanager
def _session_worker(process: Process, store: Store) -> Iterator[None]:
    stop = threading.Event()
    worker = SessionWorker(
        store.database, instruments=process.instruments, project=store.project.name
    )
    name = f"sessions-{store.project.name}"
    thread = threading.Thread(target=worker.run, args=(stop,), name=name, daemon=True)
    thread.start()
    checks = process.running.checks
    checks.append(lambda: "" if thread.is_alive() else "the session worker has stopped")
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=30)


@contextlib.contextmanager
def pages(process: Process) -> Iterator[None]:
    """The pages and the API of all projects."""
    settings, running = process.settings, process.running
    apps = {
        name: create_app(
            blueprint(
                Backend(
                    store.database,
                    store.blobs,
                    project=name,
                    instruments=process.instruments,
                    problems=running.problems,
                )
            ),
            ready=running.problems,
            receiver_url=lambda: running.addresses.get("otlp_http", ""),
            instruments=process.instruments,
        )
        for name, store in process.stores.by_name().items()
    }
    app = observed(mount(apps), process.instruments, "ui")
    server = WsgiServer(app, settings.ui.host, settings.ui.port, name="the UI", flag="--ui")
    running.addresses["ui"] = f"http://{settings.ui.host}:{server.port}"
    with _serving(server):
        yield


@contextlib.contextmanager
def sql_interface(process: Process) -> Iterator[None]:
    """ClickHouse's HTTP interface on the embedded engine."""
    listen = process.settings.sql
    addresses = [store.database.address for store in process.stores.all]
    app = observed(create_sql_app(*addresses), process.instruments, "sql")
    server = WsgiServer(app, listen.host, listen.port, name="SQL", flag="--sql")
    process.running.addresses["sql"] = f"http://{listen.host}:{server.port}"
    with _serving(server):
        yield


@contextlib.contextmanager
def status(listen: Listen, instruments: Instruments, running: Running) -> Iterator[None]:
    """/metrics and /healthz of a process that serves no pages."""
    app = status_app(instruments, running.problems)
    server = WsgiServer(app, listen.host, listen.port, name="the status address", flag="--status")
    running.addresses["status"] = f"http://{listen.host}:{server.port}"
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
async def demo_shop(process: Process) -> AsyncIterator[None]:
    """The demo shop, sending to this process."""
    from otel_replay.demo import start_demo

    settings, running = process.settings, process.running
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
