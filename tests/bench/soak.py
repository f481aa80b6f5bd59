"""Memory of a running ``otel-replay up`` over minutes of load: chunks, spans and logs at a time."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import mean
from urllib.parse import urlsplit

from tests.bench import workload
from tests.bench.measure import resident_bytes, table
from tests.bench.replay import head, response, tab
from tests.support.process import Up

_LOOK_S = 15
_TABS = 100
_SENDERS = 2
_RECORDS = 1000
# What a service exports between two pauses of its batch processor.
_PAUSE_S = 1.0


def run(seconds: float = 300) -> str:
    """Loads a process for `seconds`; returns a table of its memory, one row each 15 s."""
    with tempfile.TemporaryDirectory() as folder, Up(Path(folder) / "data") as up:
        pid, url = int(up.addresses["pid"]), str(up.addresses["otlp_http"])
        samples = asyncio.run(_load(url, seconds, lambda: resident_bytes(pid)))
    rows = [[f"{at:.0f} s", f"{size >> 20} MiB"] for at, size in samples]
    first = mean(size for at, size in samples if at <= 60)
    last = mean(size for at, size in samples if at > samples[-1][0] - 60)
    rows.append(["first minute, on average", f"{first / 2**20:.0f} MiB"])
    rows.append(["last minute, on average", f"{last / 2**20:.0f} MiB ({last / first - 1:+.0%})"])
    return table("Memory under load", ["after", "resident"], rows)


async def _load(url: str, seconds: float, look: Callable[[], int]) -> list[tuple[float, int]]:
    started = time.perf_counter()
    deadline = started + seconds
    load: list[Awaitable[object]] = [tab(url, deadline) for _ in range(_TABS)]
    load += [_sender(url, "traces", workload.traces(_RECORDS), deadline) for _ in range(_SENDERS)]
    load += [_sender(url, "logs", workload.logs(_RECORDS), deadline) for _ in range(_SENDERS)]
    loading = asyncio.gather(*load)
    samples = []
    while (now := time.perf_counter()) < deadline:
        await asyncio.sleep(min(_LOOK_S, deadline - now))
        samples.append((time.perf_counter() - started, look()))
    await loading
    return samples


async def _sender(url: str, signal: str, body: bytes, deadline: float) -> None:
    """A service that exports a batch, waits for the answer, and gathers the next one."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    request = head(address.netloc, signal, len(body)) + body
    while time.perf_counter() < deadline:
        writer.write(request)
        status = await response(reader)
        if status != 200:
            raise RuntimeError(f"the receiver answered {status}")
        await asyncio.sleep(_PAUSE_S)
    writer.close()
    await writer.wait_closed()
