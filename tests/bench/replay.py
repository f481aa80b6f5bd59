"""Replay chunks of 16 KB over HTTP into a running ``otel-replay up``: rate, latency, memory."""

from __future__ import annotations

import asyncio
import secrets
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from tests.bench import workload
from tests.bench.measure import cpu_of, percentile, resident_bytes, table
from tests.support.process import Up


def run(seconds: float = 10) -> str:
    """Loads a process for `seconds` at each number of tabs; returns a table."""
    rows = []
    with tempfile.TemporaryDirectory() as folder, Up(Path(folder) / "data") as up:
        pid, url = int(up.addresses["pid"]), str(up.addresses["otlp_http"])
        for tabs in (1, 10, 50, 400, 1000):
            cpu = cpu_of(pid)
            latencies = asyncio.run(_load(url, tabs, seconds))
            used = cpu_of(pid) - cpu
            rows.append(
                [
                    *(tabs, f"{len(latencies) / seconds:,.0f}", f"{len(latencies) / used:,.0f}"),
                    *(f"{percentile(latencies, p) * 1000:.0f} ms" for p in (50, 99)),
                    f"{resident_bytes(pid) >> 20} MiB",
                ]
            )
    header = ["tabs at once", "chunks/s", "chunks per CPU-s", "p50", "p99", "resident"]
    return table("Replay chunks of 16 KB, HTTP, acknowledged", header, rows)


async def _load(url: str, tabs: int, seconds: float) -> list[float]:
    deadline = time.perf_counter() + seconds
    results = await asyncio.gather(*(tab(url, deadline) for _ in range(tabs)))
    return [latency for result in results for latency in result]


async def tab(url: str, deadline: float) -> list[float]:
    """One browser tab that sends chunk after chunk over one connection."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    body = workload.chunk(secrets.token_hex(16), secrets.token_hex(8), 0)
    request = head(address.netloc, "logs", len(body)) + body
    latencies = []
    while time.perf_counter() < deadline:
        started = time.perf_counter()
        writer.write(request)
        status = await response(reader)
        if status != 200:
            raise RuntimeError(f"the receiver answered {status}")
        latencies.append(time.perf_counter() - started)
    writer.close()
    await writer.wait_closed()
    return latencies


def head(host: str, signal: str, length: int) -> bytes:
    """The head of an export request of `signal` with a body of so many bytes."""
    return (
        f"POST /v1/{signal} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-protobuf\r\n"
        f"Content-Length: {length}\r\n\r\n"
    ).encode()


async def response(reader: asyncio.StreamReader) -> int:
    """Reads an answer to its end; returns its status."""
    lines = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.partition(b":")[2])
        for line in lines.lower().split(b"\r\n")
        if line.startswith(b"content-length")
    )
    await reader.readexactly(length)
    return int(lines.split(b" ", 2)[1])
