"""What the blob stores take: time of a write and of a ranged read, and requests by session."""

from __future__ import annotations

import gzip
import os
import random
import secrets
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import orjson

from otel_replay.instruments import Instruments
from otel_replay.sessions.chunks import Chunk
from otel_replay.sessions.compactor import CompactionWorker
from otel_replay.storage.blobs import BlobStore, FileBlobStore
from otel_replay.storage.blobs.costs import DOLLARS, REQUEST_CLASSES
from otel_replay.storage.blobs.counted import counted
from otel_replay_exporters.blobs.packs import PackWriter
from tests.bench.measure import percentile, table
from tests.support.database import temporary_database
from tests.support.s3_server import CREDENTIALS, S3Server
from tests.support.sessions import World

KIB, MIB = 1024, 1024 * 1024
_TIMES = 200
_BIG_TIMES = 10
_BIG_BYTES = 32 * MIB

_SESSION_S: Final = 300
_CHUNK_EACH_S: Final = 5.0
_PACK_EACH_S: Final = 0.5
"""The default bound of 7,200 PUTs an hour."""
_AT_ONCE: Final = 50
_PER_THOUSAND: Final = 1000 / _AT_ONCE


def run() -> str:
    """Both tables, for ``file://`` and for ``s3://`` as rclone serves it on the same machine."""
    with tempfile.TemporaryDirectory() as folder, _s3(Path(folder)) as server:
        stores: dict[str, BlobStore] = {
            "file://": FileBlobStore(Path(folder) / "blobs"),
            "s3://, rclone": server.store(server.make_bucket("latency")),
        }
        rows = [[name, *row] for name, store in stores.items() for row in _latencies(store)]
        header = ["store", "what", "p50", "p95"]
        title = f"Blob stores, milliseconds, {_TIMES} times each ({_BIG_TIMES} of 32 MiB)"
        latencies = table(title, header, rows)
        return latencies + "\n" + _requests(Path(folder), server)


@contextmanager
def _s3(folder: Path) -> Iterator[S3Server]:
    os.environ.update(CREDENTIALS)
    with S3Server(folder / "s3") as server:
        yield server


def _latencies(store: BlobStore) -> Iterator[list[str]]:
    for size, times in ((16 * KIB, _TIMES), (MIB, _TIMES), (_BIG_BYTES, _BIG_TIMES)):
        data = secrets.token_bytes(size)

        def put(number: int, data: bytes = data) -> None:
            store.put(f"put/{number}", data)

        yield _row(f"put {_size(size)}", times, put)
    store.put("big", secrets.token_bytes(_BIG_BYTES))
    offsets = random.Random(3)
    for size in (16 * KIB, MIB):

        def get(_: int, size: int = size) -> None:
            store.get("big", offsets.randrange(_BIG_BYTES - size), size)

        yield _row(f"get {_size(size)} of 32 MiB", _TIMES, get)


def _row(what: str, times: int, act: Callable[[int], Any]) -> list[str]:
    took = []
    for number in range(times):
        began = time.perf_counter()
        act(number)
        took.append((time.perf_counter() - began) * 1000)
    return [what, *(f"{percentile(took, share):.1f}" for share in (50, 95))]


def _size(number: int) -> str:
    return f"{number // MIB} MiB" if number >= MIB else f"{number // KIB} KiB"


@dataclass
class _Phase:
    """What was asked of the store while something was done."""

    name: str
    requests: Counter[str]


def _requests(folder: Path, server: S3Server) -> str:
    """Counts requests of sessions that are recorded, compacted, and watched."""
    before = Path.cwd()
    (folder / "engine").mkdir()
    os.chdir(folder / "engine")
    try:
        with temporary_database(folder / "engine" / "clickhouse") as database:
            instruments = Instruments()
            blobs = counted(server.store(server.make_bucket("requests")), instruments)
            world = World(database, cast(FileBlobStore, blobs))
            phases = list(_phases(world, instruments))
    finally:
        os.chdir(before)
    rows = []
    for phase in phases:
        counts = [phase.requests[name] * _PER_THOUSAND for name in REQUEST_CLASSES]
        dollars = sum(n * DOLLARS[c] for n, c in zip(counts, REQUEST_CLASSES, strict=True))
        rows.append([phase.name, *(f"{count:,.0f}" for count in counts), f"{dollars:.4f}"])
    title = (
        f"Requests to S3 per 1,000 sessions of {_SESSION_S // 60} minutes,"
        f" a chunk each {_CHUNK_EACH_S:g} s, {_AT_ONCE} visitors at once"
    )
    return table(title, ["what", *REQUEST_CLASSES, "dollars"], rows)


def _phases(world: World, instruments: Instruments) -> Iterator[_Phase]:
    seen: Counter[str] = Counter()

    def phase(name: str) -> _Phase:
        now = Counter(
            {
                sample.labels["request"]: int(sample.value)
                for metric in instruments.blob_requests.collect()
                for sample in metric.samples
                if sample.name.endswith("_total")
            }
        )
        asked = now - seen
        seen.update(asked)
        return _Phase(name, asked)

    sessions = _record(world)
    yield phase("recorded, in packs")
    world.worker.run_once()
    world.clock.seconds += 3600
    world.worker.run_once()
    worker = CompactionWorker(world.database, world.blobs, world.clock)
    while worker.run_once():
        world.worker.run_once()
    yield phase("compacted")
    for session in sessions:
        response = world.get(f"sessions/{session}/replay?from_seq=0&to_seq=5")
        assert response.status_code == 200
        assert response.data
    yield phase("each opened once, half a minute of it")


def _record(world: World) -> list[str]:
    """Packs as a receiver writes them, without waiting for the time to pass."""
    random_ = random.Random(11)
    sessions = [secrets.token_hex(16) for _ in range(_AT_ONCE)]
    due = [
        (random_.random() * _CHUNK_EACH_S + seq * _CHUNK_EACH_S, session, seq)
        for session in sessions
        for seq in range(int(_SESSION_S / _CHUNK_EACH_S))
    ]
    packs: dict[int, list[Chunk]] = {}
    for at_s, session, seq in due:
        chunk = _chunk(session, seq, world.zero_ms + int(at_s * 1000))
        packs.setdefault(int(at_s / _PACK_EACH_S), []).append(chunk)
    write = PackWriter(world.database, world.blobs)
    for number in sorted(packs):
        write([packs[number]])
    return sessions


def _chunk(session: str, seq: int, at_ms: int) -> Chunk:
    events = [
        {"type": 4 if kind == 0 else 2, "timestamp": at_ms, "data": {"text": "word " * 400}}
        for kind in range(2 if seq == 0 else 1)
    ]
    plain = orjson.dumps(events)
    payload = gzip.compress(plain, 1)
    return Chunk(
        *(session, "t1", seq, at_ms, at_ms + 4900, len(events), seq == 0, False, "gzip"),
        *(len(plain), payload, at_ms + 5000, at_ms + 5050),
    )
