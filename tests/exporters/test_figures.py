"""Records that were stored, and that were not, in the figures."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from otel_replay.errors import OtelReplayError, UnavailableError
from otel_replay.instruments import Instruments
from otel_replay.storage.blobs.file import FileBlobStore
from otel_replay.storage.clickhouse import Address, Database
from otel_replay.telemetry import ExportRequest
from otel_replay_exporters.commit import CommitLimits
from otel_replay_exporters.storage import StorageConsumer

REQUEST = ExportRequest("traces", b"12345678", records=3)


class Storage(Database):
    """A ClickHouse that takes everything, or nothing."""

    def __init__(self, error: OtelReplayError | None) -> None:
        super().__init__(Address.parse("http://nowhere:8123/shop"))
        self._error = error

    def insert_bytes(self, *_arguments: Any, **_options: Any) -> None:
        if self._error is not None:
            raise self._error


@pytest.mark.parametrize(
    ("error", "max_wait_s", "counted"),
    [
        (None, 1, {"sent": 3}),
        (UnavailableError("away"), 1, {"send_failed": 3}),
        (UnavailableError("away"), 0, {"send_failed": 3, "enqueue_failed": 3}),
    ],
    ids=["stored", "storage is away", "and the queue is full"],
)
def test_records_are_counted_by_what_became_of_them(
    error: OtelReplayError | None, max_wait_s: float, counted: dict[str, int], tmp_path: Path
) -> None:
    instruments = Instruments()

    async def send() -> None:
        limits = CommitLimits(max_delay_s=0.05, max_waiting_bytes=10, max_wait_s=max_wait_s)
        consumer = StorageConsumer(
            Storage(error), FileBlobStore(tmp_path), limits, instruments=instruments
        )
        consumer.start()
        requests = 1 if max_wait_s else 2
        await asyncio.gather(*[consumer(REQUEST) for _ in range(requests)], return_exceptions=True)
        await consumer.close()

    asyncio.run(send())
    labels = {"exporter": "traces", "project": "shop"}
    found = {
        name: instruments.registry.get_sample_value(f"otelcol_exporter_{name}_spans_total", labels)
        for name in ("sent", "send_failed", "enqueue_failed")
    }
    assert {name: value for name, value in found.items() if value} == counted
