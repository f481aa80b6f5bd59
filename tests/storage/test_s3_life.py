"""The life of a recording in S3: packed, erased from a pack, compacted, collected, erased."""

from __future__ import annotations

import uuid
from typing import Any, cast

import orjson

from otel_replay.cli.jobs import jobs_of
from otel_replay.config import Settings
from otel_replay.jobs import Asked
from otel_replay.sessions.chunks import Chunk
from otel_replay.sessions.compactor import CompactionWorker
from otel_replay.storage.blobs import FileBlobStore
from otel_replay.storage.clickhouse import Database
from otel_replay_exporters.blobs.packs import PackWriter
from tests.support.recordings import DAY_S, HOUR_S, finish, lines
from tests.support.s3_server import S3Server
from tests.support.sessions import World, new_id

MARKER = "her-very-own-words"


def chunk(world: World, session_id: str, text: str) -> Chunk:
    events = [{"type": 3, "timestamp": world.zero_ms, "data": {"text": text}}]
    payload = orjson.dumps(events)
    times = (world.zero_ms, world.zero_ms + 4000)
    sent = (world.zero_ms + 5000, world.zero_ms + 5050)
    return Chunk(
        *(session_id, "t1", 0, *times, 1, True, False, "identity", len(payload), payload, *sent)
    )


def erase(world: World, session_id: str) -> None:
    told: list[Any] = []
    parameters = {"session": session_id}
    jobs_of(Settings())["erase"](
        Asked(world.database, world.blobs, parameters, "the test", told.append)
    )


def test_the_life_of_a_recording(
    database: Database, s3_server: S3Server, s3_credentials: None
) -> None:
    bucket = s3_server.make_bucket(f"life-{uuid.uuid4().hex}")
    store = s3_server.store(bucket, "production")
    world = World(database, cast(FileBlobStore, store))
    gone, stays = new_id(), new_id()
    chunks = [chunk(world, gone, MARKER), chunk(world, stays, "of somebody else")]
    PackWriter(database, store, clock=world.clock)([[one] for one in chunks])
    world.worker.run_once()
    before = lines(world, stays)
    assert before

    def stored() -> bytes:
        files = (path for path in (s3_server.folder / bucket).rglob("*") if path.is_file())
        return b"".join(path.read_bytes() for path in files)

    assert MARKER.encode() in stored()
    erase(world, gone)
    assert MARKER.encode() not in stored()
    assert lines(world, stays) == before

    finish(world)
    compaction = CompactionWorker(database, store, world.clock)
    assert compaction.run_once() == 1
    world.clock.seconds += DAY_S + HOUR_S
    compaction.run_once()
    assert [blob.key.partition("/")[0] for blob in store.list()] == ["sessions"]
    assert lines(world, stays) == before

    erase(world, stays)
    assert stored() == b""
