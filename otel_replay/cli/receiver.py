"""The receiver with what it needs around it, as a context: up inside it, drained after it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

from otel_replay import __version__, self_telemetry
from otel_replay.cli.running import Process, Running
from otel_replay.cli.stores import Store, prepare
from otel_replay.config import Listen, Settings
from otel_replay.memory import MemoryGuard, MemoryLimits
from otel_replay.usage_writer import UsageWriter
from otel_replay_exporters.commit import CommitLimits
from otel_replay_exporters.pace import PutPace
from otel_replay_exporters.routing import ProjectRouter
from otel_replay_exporters.spool import SpoolFolder
from otel_replay_exporters.storage import StorageConsumer
from otel_replay_receivers.access.access import Access
from otel_replay_receivers.otlp.server import OtlpServer
from otel_replay_receivers.otlp.tls import Tls


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
        pace=_pace(process.settings),
        prepare=lambda: prepare(store),
    )


def _pace(settings: Settings) -> PutPace | None:
    """Writing files costs nothing."""
    if not settings.max_pack_puts_per_hour or not settings.blobs_url.startswith("s3://"):
        return None
    return PutPace(settings.max_pack_puts_per_hour)


def announce_otlp(settings: Settings, running: Running) -> None:
    """Notes the addresses that senders use."""
    scheme = "https" if settings.tls_certificate else "http"
    running.addresses["otlp_grpc"] = str(settings.otlp_grpc)
    running.addresses["otlp_http"] = f"{scheme}://{settings.otlp_http}"
