"""Spans, logs and metric points per CPU-second, ours beside the plain path, storage included."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from contextlib import chdir
from dataclasses import dataclass, field
from pathlib import Path

from otel_replay.storage.blobs.file import FileBlobStore
from otel_replay.storage.clickhouse import Address, Database
from otel_replay.storage.migrate import migrate
from otel_replay.telemetry import SignalName
from otel_replay_exporters.storage import StorageConsumer, create_ingest_tables
from otel_replay_receivers.otlp.service import OtlpService
from tests.bench import plain, workload
from tests.bench.measure import cost, table
from tests.support.process import wait_for

_MAKERS: dict[SignalName, Callable[[int], bytes]] = {
    "traces": workload.traces,
    "logs": workload.logs,
    "metrics": workload.metrics,
}
_TABLES = {
    "traces": "otel_traces",
    "logs": "otel_logs",
    "metrics": "merge(currentDatabase(), '^otel_metrics_')",
}
# Records per request, senders at a time.
_SHAPES = [(10, 1), (10, 10), (10, 50), (1000, 1), (1000, 10), (1000, 50)] + [
    (10_000, 1),
    (10_000, 10),
    (10_000, 50),
]
# Ours and the plain ones take turns, so that noise meets all of them.
_TURNS = 2
_OURS_RECORDS = 300_000
# More in one batch makes the plain path no faster, and takes much memory.
_PLAIN_RECORDS = 30_000


# They come between turns: a row costs the same there whoever stored it, and a turn of many inserts
# would pay for its own where one of a single insert leaves them to the next.
_MERGES = "SELECT 1 FROM system.merges"


@dataclass
class _Path:
    """One way to store, and what it took."""

    store: Callable[[SignalName, bytes, int], int]
    """Stores a request, repeated for so many senders; returns the records it stored."""
    rows: Callable[[SignalName], int]
    cpu_s: float = 0
    records: int = 0

    def turn(self, signal: SignalName, request: bytes, senders: int) -> None:
        """Adds one measurement. Raises RuntimeError when not all rows are there."""
        before, expected = self.rows(signal), 0

        def work() -> None:
            nonlocal expected
            expected = self.store(signal, request, senders)

        self.cpu_s += cost(work).cpu_s
        self.records += expected
        if (stored := self.rows(signal) - before) != expected:
            raise RuntimeError(f"{signal}: {stored} rows are there instead of {expected}")

    @property
    def rate(self) -> float:
        return self.records / self.cpu_s


@dataclass
class _World:
    """The databases, and the event loop that ours runs on."""

    folder: Path
    ours: Database = field(init=False)
    bare: Database = field(init=False)

    def __post_init__(self) -> None:
        self.ours = Database(Address.parse(f"chdb://{self.folder}/clickhouse"))
        migrate(self.ours)
        create_ingest_tables(self.ours)
        self.bare = Database(self.ours.address.with_database("bare"))
        plain.bare(self.bare)

    def paths(self, per_request: int) -> dict[str, _Path]:
        """Ours, the plain one into our tables, and the plain one into tables without views."""

        def into(database: Database) -> _Path:
            def store(signal: SignalName, request: bytes, senders: int) -> int:
                number = max(1, min(senders, _PLAIN_RECORDS // per_request))
                plain.store(database, signal, [request] * number)
                return number * per_request

            return _Path(store, lambda signal: _rows(database, signal))

        def ours(signal: SignalName, request: bytes, senders: int) -> int:
            rounds = max(2, min(10, _OURS_RECORDS // (per_request * senders)))
            asyncio.run(self._send(signal, request, senders, rounds))
            return rounds * senders * per_request

        return {
            "ours": _Path(ours, lambda signal: _rows(self.ours, signal)),
            "plain": into(self.ours),
            "bare": into(self.bare),
        }

    async def _send(self, signal: SignalName, request: bytes, senders: int, rounds: int) -> None:
        """So many senders at a time, each sending its next request once it has its answer."""
        consumer = StorageConsumer(self.ours, FileBlobStore(self.folder / "blobs"))
        consumer.start()
        service = OtlpService(consumer)

        async def sender() -> None:
            for _ in range(rounds):
                await service.export(signal, request)

        await asyncio.gather(*(sender() for _ in range(senders)))
        await consumer.close()

    def close(self) -> None:
        self.ours.close()
        self.bare.close()


def run() -> str:
    """Stores each signal in each shape on the three paths; returns a table."""
    rows = []
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        world = _World(Path(folder))
        for signal, make in _MAKERS.items():
            for per_request, senders in _SHAPES:
                request = make(per_request)
                rows.append([signal, *_measure(world, signal, request, per_request, senders)])
        world.close()
    header = ["signal", "records × senders", "ours", "plain", "ratio", "plain, bare tables"]
    title = "Ingest: records per CPU-second of the process, stored"
    return table(title, [*header, "ratio"], rows)


def _measure(
    world: _World, signal: SignalName, request: bytes, per_request: int, senders: int
) -> list[str]:
    for path in world.paths(per_request).values():  # Warm: the first takes what later ones share.
        path.store(signal, request, min(senders, 2))
    paths = world.paths(per_request)
    for _ in range(_TURNS):
        for path in paths.values():
            wait_for("merges to end", lambda: not world.ours.query(_MERGES))
            world.ours.command("SYSTEM STOP MERGES")
            path.turn(signal, request, senders)
            world.ours.command("SYSTEM START MERGES")
    rate = {name: path.rate for name, path in paths.items()}
    return [
        *(f"{per_request:,} × {senders}", f"{rate['ours']:,.0f}"),
        *(f"{rate['plain']:,.0f}", f"{rate['ours'] / rate['plain']:.1f}"),
        *(f"{rate['bare']:,.0f}", f"{rate['ours'] / rate['bare']:.1f}"),
    ]


def _rows(database: Database, signal: SignalName) -> int:
    (row,) = database.query(f"SELECT count() AS rows FROM {_TABLES[signal]}")
    return int(row["rows"])
