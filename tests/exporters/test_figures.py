"""What the figures say of storing."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from otel_replay.instruments import Instruments
from otel_replay.sessions.chunks import Chunk
from otel_replay.storage.blobs import BlobStore
from otel_replay.storage.blobs.file import FileBlobStore
from otel_replay.storage.clickhouse import Database
from otel_replay.telemetry import ExportRequest
from otel_replay_exporters.commit import CommitLimits
from otel_replay_exporters.spool import SpoolFolder
from otel_replay_exporters.storage import StorageConsumer, create_ingest_tables
from tests.support.faults import FaultyBlobs
from tests.support.otlp import span, traces_request

NOW_MS = int(time.time() * 1000)
CHUNK = Chunk("s", "t", 0, NOW_MS, NOW_MS, 1, True, False, "gzip", 1, b"x", NOW_MS, NOW_MS)


def store(
    database: Database, blobs: BlobStore, spool: Path, *requests: ExportRequest
) -> Instruments:
    """Stores the requests one after the other; returns the figures."""
    instruments = Instruments()

    async def main() -> None:
        folder = SpoolFolder(spool, 1 << 20, instruments)
        consumer = StorageConsumer(
            database,
            blobs,
            CommitLimits(max_delay_s=0.01),
            project="shop",
            instruments=instruments,
            spool=folder,
            prepare=lambda: create_ingest_tables(database),
        )
        consumer.start()
        for request in requests:
            await consumer(request)
        await consumer.close()
        folder.close()

    asyncio.run(main())
    return instruments


def value(instruments: Instruments, name: str, **labels: str) -> float:
    found = instruments.registry.get_sample_value(name, labels)
    assert found is not None, (name, labels)
    return found


def test_what_is_stored_is_counted(
    database: Database, blobs: FileBlobStore, tmp_path: Path
) -> None:
    data = traces_request([span(), span()]).SerializeToString()
    spans = ExportRequest("traces", data, records=2)
    figures = store(
        database, blobs, tmp_path / "spool", spans, ExportRequest("logs", b"", chunks=(CHUNK,))
    )
    traces = {"exporter": "traces", "project": "shop"}
    assert value(figures, "otelcol_exporter_sent_spans_total", **traces) == 2
    assert value(figures, "otelcol_exporter_queue_size", **traces) == 0
    assert value(figures, "otel_replay_queue_bytes", **traces) == 0
    assert value(figures, "otel_replay_queue_capacity_bytes", **traces) > 0
    assert value(figures, "otel_replay_batch_requests_sum", **traces) == 1
    assert value(figures, "otel_replay_batch_bytes_sum", **traces) == len(data)
    assert value(figures, "otel_replay_commit_seconds_count", outcome="stored", **traces) == 1
    put = {"store": "file", "operation": "put", "outcome": "ok"}
    assert value(figures, "otel_replay_blob_operations_total", **put) == 1
    assert value(figures, "otel_replay_blob_requests_total", store="file", request="PUT") == 1
    written = value(figures, "otel_replay_blob_bytes_total", store="file", direction="written")
    assert written == sum(blob.size_bytes for blob in blobs.list())
    assert value(figures, "otel_replay_spool_bytes", project="shop") == 0


def test_what_waits_is_counted(database: Database, blobs: FileBlobStore, tmp_path: Path) -> None:
    away = FaultyBlobs(blobs, share=1.0)
    figures = store(database, away, tmp_path / "spool", ExportRequest("logs", b"", chunks=(CHUNK,)))
    replay = {"exporter": "replay", "project": "shop"}
    assert value(figures, "otel_replay_commit_seconds_count", outcome="spooled", **replay) == 1
    written = value(figures, "otel_replay_spooled_batches_total", project="shop", outcome="written")
    assert written == 1
    assert value(figures, "otel_replay_spool_bytes", project="shop") > 0
    put = {"store": "file", "operation": "put", "outcome": "failed"}
    assert value(figures, "otel_replay_blob_operations_total", **put) >= 1
