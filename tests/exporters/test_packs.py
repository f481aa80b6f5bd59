"""Packs: bytes before index, index before acknowledgement."""

from __future__ import annotations

import struct
import time
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson
import pytest

from otel_replay.errors import UnavailableError
from otel_replay.sessions.chunks import Chunk
from otel_replay.storage.blobs import BlobInfo
from otel_replay.storage.blobs.file import FileBlobStore
from otel_replay.storage.clickhouse import Database
from otel_replay_exporters.blobs.packs import PackWriter


def chunk(seq: int, payload: bytes) -> Chunk:
    now = int(time.time() * 1000)
    return Chunk(
        session_id="s1",
        tab="t1",
        seq=seq,
        start_ms=now,
        end_ms=now + 5,
        events=3,
        checkpoint=seq == 0,
        final=False,
        encoding="identity",
        size_bytes=len(payload),
        payload=payload,
        sent_ms=now,
        received_ms=now,
        resource_attributes={"service.name": "web"},
    )


class FailingStore:
    """A blob store that is away."""

    def put(self, key: str, data: bytes) -> None:
        raise UnavailableError(f"blob {key} cannot be written: no space left")

    def get(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        raise UnavailableError("away")

    def delete(self, key: str) -> None:
        raise UnavailableError("away")

    def list(self, prefix: str = "") -> Iterator[BlobInfo]:
        raise UnavailableError("away")


def test_one_blob_holds_the_chunks_of_a_batch(database: Database, blobs: FileBlobStore) -> None:
    PackWriter(database, blobs)([[chunk(0, b"[1]"), chunk(1, b"[22]")], [chunk(2, b"[333]")]])
    (key,) = [blob.key for blob in blobs.list()]
    rows = database.query("SELECT * FROM replay_chunks ORDER BY Seq")
    assert {row["Blob"] for row in rows} == {key}
    stored = [blobs.get(key, row["Offset"], row["Length"]) for row in rows]
    assert stored == [b"[1]", b"[22]", b"[333]"]
    assert [row["Crc32"] for row in rows] == [zlib.crc32(data) for data in stored]


def test_a_pack_says_itself_what_it_holds(database: Database, blobs: FileBlobStore) -> None:
    PackWriter(database, blobs)([[chunk(0, b"[1]"), chunk(1, b"[22]")]])
    (key,) = [blob.key for blob in blobs.list()]
    pack = blobs.get(key)
    assert pack.endswith(b"ORP1")
    (length,) = struct.unpack(">I", pack[-8:-4])
    index: list[dict[str, Any]] = orjson.loads(pack[-8 - length : -8])
    assert [(e["SessionId"], e["Seq"], e["Offset"], e["Length"]) for e in index] == [
        ("s1", 0, 0, 3),
        ("s1", 1, 3, 4),
    ]


def test_without_the_blob_nothing_is_listed(database: Database) -> None:
    with pytest.raises(UnavailableError, match="no space left"):
        PackWriter(database, FailingStore())([[chunk(0, b"[1]")]])
    assert database.query("SELECT Seq FROM replay_chunks") == []


def test_chunks_of_any_number_of_months_are_stored_together(
    database: Database, blobs: FileBlobStore
) -> None:
    month_ms = 31 * 86_400_000
    batch = [
        [replace(chunk(seq, b"[1]"), start_ms=seq * month_ms, end_ms=seq * month_ms)]
        for seq in range(150)
    ]
    PackWriter(database, blobs)(batch)
    assert database.query("SELECT count() AS n FROM replay_chunks") == [{"n": 150}]


def test_a_batch_that_is_written_again_makes_no_second_pack(
    database: Database, blobs: FileBlobStore
) -> None:
    batch = [[chunk(0, b"[1]"), chunk(1, b"[22]")]]
    for _ in range(2):
        PackWriter(database, blobs)(batch, "token")
    assert len(list(blobs.list())) == 1
    rows = database.query("SELECT Seq FROM replay_chunks FINAL ORDER BY Seq")
    assert rows == [{"Seq": 0}, {"Seq": 1}]


def test_a_pack_is_named_by_the_time_of_writing(database: Database, blobs: FileBlobStore) -> None:
    """Chunks that waited in the spool for days lie in a pack of today."""
    received_ms = int(time.time() - 2 * 86_400) * 1000
    waited = replace(chunk(0, b"[1]"), received_ms=received_ms)
    PackWriter(database, blobs, clock=lambda: 1_796_000_000)([[waited]], "token")
    assert [blob.key for blob in blobs.list()] == ["packs/2026-11-30/00/token"]
    (row,) = database.query("SELECT Blob, toUnixTimestamp(ReceivedAt) AS s FROM replay_chunks")
    assert row == {"Blob": "packs/2026-11-30/00/token", "s": received_ms // 1000}
