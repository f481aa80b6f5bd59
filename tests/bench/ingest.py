"""Spans and logs per CPU-second, ours beside the plain path, storage included."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from otel_replay.storage.blobs.file import FileBlobStore
from otel_replay.storage.clickhouse import Address, Database
from otel_replay.storage.migrate import migrate
from otel_replay.telemetry import SignalName
from otel_replay_exporters.commit import CommitLimits
from otel_replay_exporters.storage import StorageConsumer, create_ingest_tables
from otel_replay_receivers.otlp.service import OtlpService
from tests.bench import workload
from tests.bench.measure import cost, table
from tests.bench.plain import PLAIN

_MAKERS: dict[SignalName, Callable[[int], bytes]] = {
    "traces": workload.traces,
    "logs": workload.logs,
}
# Records per request, requests that are under way together.
_SHAPES = [(10, 50), (1000, 1), (1000, 10), (1000, 50), (10_000, 5)]


def run(total: int = 150_000) -> str:
    """Stores about `total` records of each signal and shape on both paths; returns a table."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        database = Database(Address.parse(f"chdb://{folder}/clickhouse"))
        migrate(database)
        create_ingest_tables(database)
        for signal, make in _MAKERS.items():
            for per_request, together in _SHAPES:
                batch = [make(per_request)] * together
                count = per_request * together
                rounds = max(2, min(20, total // count))
                ours = _ours(database, Path(folder), signal, batch, rounds)
                plain = _plain(database, signal, batch, max(1, rounds // 5))
                rate, plain_rate = count / ours, count / plain
                rows.append(
                    [
                        *(signal, f"{per_request:,} × {together}", f"{rate:,.0f}"),
                        *(f"{plain_rate:,.0f}", f"{rate / plain_rate:.1f}"),
                    ]
                )
        database.close()
        os.chdir("/")
    header = ["signal", "records × requests", "ours, per CPU-s", "plain, per CPU-s", "ratio"]
    return table("Ingest: records per CPU-second of the process, stored", header, rows)


def _ours(
    database: Database, folder: Path, signal: SignalName, batch: Sequence[bytes], rounds: int
) -> float:
    """CPU seconds of one batch: validated, committed together and acknowledged."""

    async def main() -> float:
        consumer = StorageConsumer(
            database, FileBlobStore(folder / "blobs"), CommitLimits(max_delay_s=0.05)
        )
        consumer.start()
        service = OtlpService(consumer)
        await asyncio.gather(*(service.export(signal, data) for data in batch))
        before = time.process_time()
        for _ in range(rounds):
            await asyncio.gather(*(service.export(signal, data) for data in batch))
        used = time.process_time() - before
        await consumer.close()
        return used / rounds

    return asyncio.run(main())


def _plain(database: Database, signal: SignalName, batch: Sequence[bytes], rounds: int) -> float:
    def work() -> None:
        for _ in range(rounds):
            PLAIN[signal](database, batch)

    return cost(work).cpu_s / rounds
