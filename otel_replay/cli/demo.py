"""The demo shop beside the product."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from otel_replay.cli.running import Process
from otel_replay.config import Settings
from otel_replay.errors import ConfigError


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
