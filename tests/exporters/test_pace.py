"""The number of PUTs that packs make in an hour has a bound, and nobody is refused for it."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import replace
from pathlib import Path

import pytest

from otel_replay.sessions.chunks import Chunk
from otel_replay.storage.blobs import BlobStore
from otel_replay.storage.blobs.file import FileBlobStore
from otel_replay.storage.clickhouse import Database
from otel_replay.telemetry import ExportRequest
from otel_replay_exporters.commit import CommitLimits
from otel_replay_exporters.pace import PutPace
from otel_replay_exporters.storage import StorageConsumer

NOW_MS = int(time.time() * 1000)
CHUNK = Chunk("s", "t", 0, NOW_MS, NOW_MS, 1, True, False, "gzip", 1, b"x", NOW_MS, NOW_MS)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.mark.parametrize("per_hour", [1000, 7200])
def test_no_hour_has_more_than_its_puts(per_hour: int) -> None:
    """Whoever asks as often as possible, with a pause in the middle."""
    clock = Clock()
    pace = PutPace(per_hour, clock)
    last_hour: deque[float] = deque()
    most = 0
    for turn in range(3 * per_hour):
        clock.now_s += pace.wait_s() + (600 if turn == per_hour else 0)
        pace.spend(1)
        last_hour.append(clock.now_s)
        while last_hour[0] <= clock.now_s - 3600:
            last_hour.popleft()
        most = max(most, len(last_hour))
    assert 0.97 * per_hour < most <= per_hour


def test_a_quiet_receiver_is_not_slowed_down() -> None:
    clock = Clock()
    pace = PutPace(1000, clock)
    for _ in range(100):
        clock.now_s += 5
        assert pace.wait_s() == 0
        pace.spend(1)


def test_what_was_spent_all_the_same_is_made_up_for() -> None:
    clock = Clock()
    pace = PutPace(1000, clock)
    pace.spend(500)
    wait_s = pace.wait_s()
    assert 1700 < wait_s < 1900
    clock.now_s += wait_s
    assert pace.wait_s() == 0


class Ledger:
    """Tells of packs that are put."""

    def __init__(self, blobs: BlobStore) -> None:
        self.put_at: list[float] = []
        self._put = blobs.put

    def put(self, key: str, data: bytes) -> None:
        self.put_at.append(time.monotonic())
        self._put(key, data)


def send(
    database: Database, blobs: BlobStore, pace: PutPace | None, limits: CommitLimits, requests: int
) -> list[float]:
    """Senders of one chunk after the other; returns how long each acknowledgement took, seconds."""

    async def main() -> list[float]:
        consumer = StorageConsumer(database, blobs, limits, project="shop", pace=pace)
        consumer.start()
        numbers = iter(range(requests))

        async def sender() -> list[float]:
            took = []
            for number in numbers:
                began = time.monotonic()
                chunks = (replace(CHUNK, seq=number),)
                await consumer(ExportRequest("logs", b"", chunks=chunks))
                took.append(time.monotonic() - began)
            return took

        try:
            return [
                t for times in await asyncio.gather(*(sender() for _ in range(4))) for t in times
            ]
        finally:
            await consumer.close()

    return asyncio.run(main())


def test_chunks_gather_longer_and_all_are_acknowledged(
    database: Database, blobs: FileBlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger(blobs)
    monkeypatch.setattr(blobs, "put", ledger.put)
    # Ten at once, then one every 0.3 s, by a clock ten times as fast as others.
    pace = PutPace(1200, lambda: time.monotonic() * 10)
    began = time.monotonic()
    took = send(database, blobs, pace, CommitLimits(max_delay_s=0.001), requests=60)
    assert len(took) == 60
    assert database.query("SELECT count() AS n FROM replay_chunks FINAL") == [{"n": 60}]
    assert len(ledger.put_at) < 60
    for number, at in enumerate(ledger.put_at, 1):
        assert number <= 10 + (at - began) / 0.3 + 1


def test_nobody_waits_for_the_pace_longer_than_the_limit(
    database: Database, blobs: FileBlobStore
) -> None:
    pace = PutPace(1000)
    pace.spend(1_000_000)
    limits = CommitLimits(max_delay_s=0.001, max_hold_s=0.5)
    took = send(database, blobs, pace, limits, requests=8)
    assert len(took) == 8
    assert min(took) > 0.4
    assert pace.wait_s() > 10_000


def test_a_full_pack_does_not_wait(database: Database, blobs: FileBlobStore) -> None:
    pace = PutPace(1000)
    pace.spend(1_000_000)
    limits = CommitLimits(max_delay_s=60, max_hold_s=60, max_batch_bytes=4)
    assert len(send(database, blobs, pace, limits, requests=8)) == 8


def test_without_a_pace_nobody_is_held_back(database: Database, blobs: FileBlobStore) -> None:
    limits = CommitLimits(max_delay_s=0.001, max_hold_s=3600)
    assert len(send(database, blobs, None, limits, requests=40)) == 40


def test_what_waits_for_the_pace_is_written_when_the_process_ends(
    database: Database, blobs: FileBlobStore, tmp_path: Path
) -> None:
    pace = PutPace(1000)
    pace.spend(1_000_000)

    async def main() -> None:
        limits = CommitLimits(max_hold_s=3600)
        consumer = StorageConsumer(database, blobs, limits, project="shop", pace=pace)
        consumer.start()
        request = ExportRequest("logs", b"", chunks=(CHUNK,))
        waiting = asyncio.ensure_future(consumer(request))
        done, _ = await asyncio.wait({waiting}, timeout=0.5)
        assert not done
        await consumer.close()
        await waiting

    asyncio.run(main())
    assert database.query("SELECT count() AS n FROM replay_chunks") == [{"n": 1}]
