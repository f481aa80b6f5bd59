"""Recordings that finish and are compacted, and what the API gives of them."""

from __future__ import annotations

import gzip
import random
import sys
from typing import Any

import orjson
from werkzeug.test import TestResponse

from otel_replay.sessions.compactor import CompactionWorker
from tests.support.sessions import World

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

FRAMES = "application/vnd.otel-replay.frames"
HOUR_S = 3600
DAY_S = 24 * HOUR_S


def finish(world: World) -> None:
    """Lets the time pass after which what there is counts as finished, and settled."""
    world.clock.seconds += HOUR_S
    world.worker.run_once()


def compact(world: World) -> int:
    """Compacts what is finished; returns how many sessions that were.

    Their rows say so once `settle` has run, or the next of these.
    """
    settle(world)
    return CompactionWorker(world.database, world.blobs, world.clock).run_once()


def settle(world: World) -> None:
    """Computes the sessions that anything came in for, or moved."""
    world.worker.run_once()


def stored(world: World, session_id: str = "") -> list[dict[str, Any]]:
    return world.database.query(
        "SELECT * FROM replay_chunks FINAL WHERE SessionId = {id:String} ORDER BY Tab, Seq",
        {"id": session_id or world.id},
    )


def lines(world: World, session_id: str = "") -> list[Any]:
    response = world.get(f"sessions/{session_id or world.id}/replay")
    assert response.status_code == 200, response.text
    return [orjson.loads(line) for line in response.data.splitlines()]


def noise(seed: int, size: int) -> bytes:
    """A JSON array of events with text that does not compress well."""
    text = random.Random(seed).randbytes(size // 2).hex()
    return orjson.dumps([{"type": 3, "timestamp": 0, "data": {"source": 0, "text": text}}])


def framed(world: World, encoding: str, query: str = "", session_id: str = "") -> TestResponse:
    path = f"sessions/{session_id or world.id}/replay?{query}"
    response = world.get(path, Accept=FRAMES, Accept_Encoding=encoding)
    assert (response.status_code, response.mimetype) == (200, FRAMES), response.text
    return response


def decoded(response: TestResponse) -> bytes:
    match response.headers.get("Content-Encoding"):
        case "zstd":
            return bytes(zstd.decompress(response.data))
        case "gzip":
            return gzip.decompress(response.data)
    return bytes(response.data)


def frames(data: bytes) -> list[tuple[Any, bytes]]:
    found = []
    while data:
        header, data = _prefixed(data)
        payload, data = _prefixed(data)
        found.append((orjson.loads(header), payload))
    return found


def _prefixed(data: bytes) -> tuple[bytes, bytes]:
    end = 4 + int.from_bytes(data[:4])
    return data[4:end], data[end:]
