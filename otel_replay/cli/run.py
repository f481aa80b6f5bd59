"""Runs parts of the product in one process until a signal comes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

from otel_replay.cli import parts as part
from otel_replay.cli.running import Running, stop_on_signals
from otel_replay.cli.stores import Stores, migrate_all, open_stores
from otel_replay.config import Settings
from otel_replay.errors import OtelReplayError, RetryableError
from otel_replay.storage.clickhouse import Database

logger = logging.getLogger(__name__)

PARTS = ("receive", "work", "ui", "sql")
_LONGEST_WAIT_S = 10.0


def run(settings: Settings, parts: tuple[str, ...], *, demo: bool = False) -> None:
    """Runs `parts` until SIGTERM or SIGINT, then drains. Raises ConfigError."""
    if demo:
        part.demo_key(settings)
    with open_stores(settings) as stores:
        asyncio.run(_run(settings, parts, demo, stores))


def apply_migrations(settings: Settings) -> list[str]:
    """Creates or upgrades the tables; returns the names of the migrations it applied."""
    with open_stores(settings) as stores:
        return migrate_all(stores.all)


async def _run(settings: Settings, parts: tuple[str, ...], demo: bool, stores: Stores) -> None:
    stop = stop_on_signals()
    running = Running()
    running.checks += [_database_check(store.database) for store in stores.all]
    async with contextlib.AsyncExitStack() as stack:
        if not await _prepared(stores, stop):
            return
        if "ui" in parts:
            stack.enter_context(part.pages(settings, stores, running))
        if "sql" in parts and stores.folder is not None:
            stack.enter_context(part.sql_interface(settings, stores, running))
        if "work" in parts:
            stack.enter_context(part.session_workers(stores, running))
        if "receive" in parts:
            await stack.enter_async_context(part.receiver(settings, stores, running))
        if demo:
            await stack.enter_async_context(part.demo_shop(settings, running))
        if stores.folder is not None:
            stores.folder.announce(running.addresses)
        running.complete = True
        running.announce()
        await stop.wait()
        print("stopping: answering what is under way", flush=True)


async def _prepared(stores: Stores, stop: asyncio.Event) -> bool:
    """Makes the tables, however long ClickHouse is away; tells whether it came before `stop`."""
    wait_s = 0.5
    while not stop.is_set():
        try:
            await asyncio.to_thread(part.prepare, stores)
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
