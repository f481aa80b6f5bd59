"""A receiver that listens on free ports and stores for real."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from otel_replay.instruments import Instruments
from otel_replay.storage.blobs.file import FileBlobStore
from otel_replay.storage.clickhouse import Database
from otel_replay.telemetry import Consumer, ExportRequest
from otel_replay_exporters.commit import CommitLimits
from otel_replay_exporters.storage import StorageConsumer, create_ingest_tables
from otel_replay_receivers.otlp.server import OtlpServer
from tests.support.process import PATIENCE_S, wait_for


@dataclass
class Receiver:
    """Addresses of a running receiver, and its figures."""

    grpc: str
    http: str
    instruments: Instruments

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of HTTP."""
        host, _, port = self.http.rpartition("/")[2].partition(":")
        return host, int(port)

    def figure(self, name: str, **labels: str) -> float:
        """A figure as /metrics would show it, 0 when nothing was counted."""
        return self.instruments.registry.get_sample_value(name, labels) or 0


class LoopThread:
    """An event loop in a thread, for servers under test."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def call(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(PATIENCE_S)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(PATIENCE_S)
        self.loop.close()


@pytest.fixture
def event_loop_thread() -> Iterator[LoopThread]:
    thread = LoopThread()
    yield thread
    thread.close()


def start_receiver(loop: LoopThread, consumer: Consumer, **options: Any) -> tuple[Any, Receiver]:
    """Starts an OtlpServer on free ports of the loopback address."""

    async def start() -> tuple[Any, Receiver]:
        instruments = options.setdefault("instruments", Instruments())
        server = OtlpServer(consumer, **options)
        grpc, http = await server.start(("127.0.0.1", 0), ("127.0.0.1", 0))
        scheme = "https" if options.get("tls") else "http"
        urls = (f"127.0.0.1:{grpc}", f"{scheme}://127.0.0.1:{http}")
        return server, Receiver(*urls, instruments)

    result: tuple[Any, Receiver] = loop.call(start())
    return result


class Storage:
    """A consumer that keeps what it is given, waits while told to, and raises what it is told."""

    def __init__(self) -> None:
        self.requests: list[ExportRequest] = []
        self.error: Exception | None = None
        self.open = threading.Event()
        self.open.set()

    async def __call__(self, request: ExportRequest) -> None:
        if not self.open.is_set():
            await asyncio.to_thread(self.open.wait, PATIENCE_S)
        if self.error is not None:
            raise self.error
        self.requests.append(request)


def wait_until(condition: Callable[[], bool]) -> None:
    """Returns once the condition holds, which may not be for long."""
    wait_for("what the test waits for", condition, pause_s=0.01)


@contextmanager
def running(consumer: Consumer, **options: Any) -> Iterator[Receiver]:
    """A receiver over `consumer`, for tests that need no database."""
    loop = LoopThread()
    server, receiver = start_receiver(loop, consumer, **options)
    try:
        yield receiver
    finally:
        loop.call(server.stop())
        loop.close()


@pytest.fixture
def storage() -> Storage:
    return Storage()


@pytest.fixture
def receiver(
    database: Database, blobs: FileBlobStore, event_loop_thread: LoopThread
) -> Iterator[Receiver]:
    """A receiver that stores into `database` and `blobs`; bodies up to 8 MiB."""
    create_ingest_tables(database)
    consumer = StorageConsumer(database, blobs, CommitLimits(max_delay_s=0.02))
    event_loop_thread.loop.call_soon_threadsafe(consumer.start)
    server, running = start_receiver(event_loop_thread, consumer, max_request_bytes=8 << 20)
    yield running
    event_loop_thread.call(server.stop())
    event_loop_thread.call(consumer.close())
