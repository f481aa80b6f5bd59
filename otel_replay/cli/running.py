"""What is up in this process, and whether it is well."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from dataclasses import dataclass, field

from otel_replay.cli.stores import Stores
from otel_replay.config import Settings
from otel_replay.instruments import Instruments
from otel_replay.usage import UsageLedger

_TITLES = {
    "ui": "pages",
    "demo_shop": "demo shop",
    "otlp_grpc": "OTLP/gRPC",
    "otlp_http": "OTLP/HTTP",
    "sql": "SQL",
    "status": "status",
}


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

    def announce(self) -> None:
        """Prints the addresses."""
        for part, title in _TITLES.items():
            if part in self.addresses:
                print(f"  {title:<10} {self.addresses[part]}", flush=True)
        print("ready (stop with Ctrl-C)", flush=True)


@dataclass(frozen=True)
class Process:
    """What the parts of one process share."""

    settings: Settings
    stores: Stores
    running: Running
    instruments: Instruments = field(default_factory=Instruments)
    usage: UsageLedger = field(default_factory=UsageLedger)


def stop_on_signals() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop
