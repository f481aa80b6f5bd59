"""Runs parts of the product in one process until a signal comes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection

from otel_replay.cli import parts as part
from otel_replay.cli.blobs import check_blobs, tidy_blobs
from otel_replay.cli.demo import demo_key, demo_shop
from otel_replay.cli.logs import set_up_logging
from otel_replay.cli.receiver import announce_otlp, receiver
from otel_replay.cli.running import Process, Running, stop_on_signals
from otel_replay.cli.stores import Stores, counting, open_stores, prepare
from otel_replay.cli.workers import Workers, end_with_parent
from otel_replay.config import Settings
from otel_replay.errors import ConfigError, OtelReplayError, RetryableError
from otel_replay.instruments import Instruments
from otel_replay.storage.blobs import open_blob_store
from otel_replay.storage.clickhouse import Database

logger = logging.getLogger(__name__)

PARTS = ("receive", "work", "ui", "sql")
_LONGEST_WAIT_S = 10.0
_LOOK_S = 0.2


def run(settings: Settings, parts: tuple[str, ...], *, demo: bool = False) -> None:
    """Runs `parts` until SIGTERM or SIGINT, then drains. Raises ConfigError."""
    if demo:
        demo_key(settings)
    if settings.workers > 1:
        if parts != ("receive",):
            raise ConfigError(
                f"workers is {settings.workers}: only otel-replay receive runs as several"
                " processes, so leave it out here"
            )
        _run_workers(settings)
        return
    with open_stores(settings) as stores:
        blobs = [store.blobs for store in stores.all]
        check_blobs(blobs)
        if "work" in parts:
            threading.Thread(target=tidy_blobs, args=(blobs,), name="tidy", daemon=True).start()
        asyncio.run(_run(settings, parts, demo, stores, Running.announce))


def _run_workers(settings: Settings) -> None:
    check_blobs([open_blob_store(settings.blobs_url, settings.s3)])
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    running = Running(complete=True)
    with (
        Workers(settings, _worker) as workers,
        part.status(settings.status_of(("receive",)), Instruments(), running),
    ):
        running.checks.append(workers.problems)
        announce_otlp(workers.settings, running)
        while workers.problems() and not stop.wait(_LOOK_S):
            workers.supervise()
        running.announce()
        while not stop.wait(_LOOK_S):
            workers.supervise()
        print("stopping: answering what is under way", flush=True)


def _worker(settings: Settings, connection: Connection) -> None:
    """One of several receiver processes; says over `connection` that it is ready."""
    set_up_logging()
    end_with_parent(connection)

    def ready(_running: Running) -> None:
        connection.send(True)

    with open_stores(settings) as stores:
        asyncio.run(_run(settings, ("receive",), False, stores, ready))


async def _run(
    settings: Settings,
    parts: tuple[str, ...],
    demo: bool,
    stores: Stores,
    ready: Callable[[Running], None],
) -> None:
    stop = stop_on_signals()
    running = Running()
    instruments = Instruments()
    stores = counting(stores, instruments)
    process = Process(settings, stores, running, instruments)
    running.checks += [_database_check(store.database) for store in stores.all]
    async with contextlib.AsyncExitStack() as stack:
        # A receiver begins at once: what comes while ClickHouse is away waits in the spool.
        if parts != ("receive",) and not await _prepared(stores, stop):
            return
        if "ui" in parts:
            stack.enter_context(part.pages(process))
        if "sql" in parts and stores.folder is not None:
            stack.enter_context(part.sql_interface(process))
        if "work" in parts:
            stack.enter_context(part.workers(process))
        if "ui" not in parts and settings.workers == 1:
            listen = settings.status_of(parts)
            stack.enter_context(part.status(listen, process.instruments, running))
        if "receive" in parts:
            await stack.enter_async_context(receiver(process))
        if demo:
            await stack.enter_async_context(demo_shop(process))
        if stores.folder is not None:
            stores.folder.announce(running.addresses)
        running.complete = True
        ready(running)
        await stop.wait()
        print("stopping: answering what is under way", flush=True)


async def _prepared(stores: Stores, stop: asyncio.Event) -> bool:
    """Makes the tables, however long ClickHouse is away; tells whether it came before `stop`."""
    wait_s = 0.5
    while not stop.is_set():
        try:
            for store in stores.all:
                await asyncio.to_thread(prepare, store)
            return True
        except RetryableError as exc:
            wait_s = min(2 * wait_s, _LONGEST_WAIT_S)
            logger.warning("waiting %.0f s for storage: %s", wait_s, exc)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), wait_s)
    return False


def _database_check(database: Database) -> Callable[[], str]:
    def check() -> str:
        try:
            database.query("SELECT 1")
        except OtelReplayError as exc:
            return f"storage: {exc}"
        return ""

    return check
