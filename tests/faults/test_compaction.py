"""Compaction with a full disk, or with ClickHouse away: nothing is lost, and it is done later."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from otel_replay.care.fsck import examine
from otel_replay.errors import UnavailableError
from otel_replay.sessions.compactor import CompactionWorker
from otel_replay.storage.clickhouse import Address, Database
from otel_replay.storage.migrate import migrate
from tests.faults.test_blobs_and_disk import FullDisk
from tests.support.faults import Fault, FaultyProxy
from tests.support.recordings import DAY_S, finish, settle
from tests.support.sessions import World

CHUNKS = 4


class Watched(FullDisk):
    """Has the proxy fail once an object of a session is written."""

    proxy: FaultyProxy
    then: Fault = "none"

    def put(self, key: str, data: bytes) -> None:
        super().put(key, data)
        if self.then != "none" and key.startswith("sessions/"):
            self.proxy.fault, self.then = self.then, "none"


@pytest.fixture
def blobs(proxy: FaultyProxy, tmp_path: Path) -> Watched:
    store = Watched(tmp_path / "blobs")
    store.proxy = proxy
    return store


@pytest.fixture
def finished(proxy: FaultyProxy, blobs: Watched) -> World:
    """A project with a finished session, on a server behind the proxy."""
    proxy.only_inserts = False
    database = Database(Address.parse(proxy.url(f"compaction_{uuid.uuid4().hex}")))
    migrate(database)
    world = World(database, blobs)
    for seq in range(CHUNKS):
        world.chunk(world.id, seq)
    finish(world)
    settle(world)
    return world


def recording(world: World) -> bytes:
    response = world.get(f"sessions/{world.id}/replay")
    assert response.status_code == 200
    data: bytes = response.data
    return data


def test_a_full_disk_leaves_the_chunks_where_they_are(finished: World, blobs: Watched) -> None:
    before = recording(finished)
    worker = CompactionWorker(finished.database, blobs, finished.clock)
    blobs.full = True
    with pytest.raises(UnavailableError, match="no space left"):
        worker.run_once()
    assert recording(finished) == before
    assert list(blobs.list("sessions/")) == []
    blobs.full = False
    assert worker.run_once() == 1
    assert recording(finished) == before


@pytest.mark.parametrize("fault", ["cut_request", "lose_answer"])
def test_clickhouse_goes_away_once_the_object_is_written(
    finished: World, blobs: Watched, proxy: FaultyProxy, fault: Fault
) -> None:
    """Its rows do not arrive, or they do and nobody hears of it."""
    before = recording(finished)
    worker = CompactionWorker(finished.database, blobs, finished.clock)
    blobs.then = fault
    with pytest.raises(UnavailableError, match="is away"):
        worker.run_once()
    proxy.heal()
    assert len(list(blobs.list("sessions/"))) == 1
    assert recording(finished) == before
    assert worker.run_once() == 1
    assert recording(finished) == before
    # The first object is nobody's, and goes.
    finished.clock.seconds += 2 * DAY_S
    worker.run_once()
    (_left,) = blobs.list("sessions/")
    assert recording(finished) == before
    assert examine(finished.database, blobs, deep=True)["clean"]
