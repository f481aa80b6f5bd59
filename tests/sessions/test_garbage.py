"""Blobs go once nothing refers to them, and not before."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from otel_replay.errors import DamagedBlobError
from otel_replay.instruments import Instruments
from otel_replay.sessions.blob_names import parsed
from otel_replay.sessions.compactor import CompactionWorker
from otel_replay.sessions.garbage import Grace
from otel_replay.storage.blobs import BlobInfo
from otel_replay.storage.claims import Claims
from tests.support.recordings import DAY_S, HOUR_S, finish, lines, stored
from tests.support.sessions import World, new_id


def test_a_pack_goes_a_day_after_its_last_chunk_moved(alone: World) -> None:
    pack(alone, [alone.id, other := new_id()])
    finish(alone)
    worker = CompactionWorker(alone.database, alone.blobs, alone.clock)
    assert worker.run_once() == 2
    assert len(packs(alone)) == 1
    alone.clock.seconds += DAY_S + HOUR_S
    worker.run_once()
    assert packs(alone) == []
    assert [len(lines(alone, i)) for i in (alone.id, other)] == [1, 1]


def test_a_pack_stays_as_long_as_one_chunk_lies_in_it(alone: World) -> None:
    pack(alone, [alone.id, new_id()])
    alone.worker.run_once()
    alone.clock.seconds += 2 * DAY_S
    # Nothing is finished as far as the table of sessions knows.
    worker = CompactionWorker(alone.database, alone.blobs, alone.clock)
    assert worker.run_once() == 0
    assert len(packs(alone)) == 1
    finish(alone)
    assert worker.run_once() == 2
    alone.clock.seconds += DAY_S
    worker.run_once()
    assert packs(alone) == []


def test_an_object_goes_once_a_later_one_has_taken_its_place(alone: World) -> None:
    worker = CompactionWorker(alone.database, alone.blobs, alone.clock)
    alone.chunk(alone.id, 0)
    finish(alone)
    worker.run_once()
    alone.chunk(alone.id, 1)
    finish(alone)
    worker.run_once()
    assert len(list(alone.blobs.list("sessions/"))) == 2
    alone.clock.seconds += HOUR_S + 1
    worker.run_once()
    assert [blob.key for blob in alone.blobs.list("sessions/")] == [stored(alone)[0]["Blob"]]
    assert len(lines(alone)) == 2


def test_what_a_killed_worker_left_is_found_by_its_name(alone: World) -> None:
    left = f"sessions/2026-01-01/{alone.id}/20260101T000000-00000000"
    fresh = f"sessions/2026-01-01/{alone.id}/{now(alone):%Y%m%dT%H%M%S}-00000000"
    foreign = "sessions/readme.txt"
    for key in (left, fresh, foreign):
        alone.blobs.put(key, b"x")
    CompactionWorker(alone.database, alone.blobs, alone.clock).run_once()
    assert {blob.key for blob in alone.blobs.list("sessions/")} == {fresh, foreign}


def test_nothing_goes_of_a_session_that_is_being_compacted(alone: World) -> None:
    left = f"sessions/2026-01-01/{alone.id}/20260101T000000-00000000"
    alone.blobs.put(left, b"x")
    with Claims(alone.database).holding("compact", alone.id):
        CompactionWorker(alone.database, alone.blobs, alone.clock).run_once()
    assert [blob.key for blob in alone.blobs.list("sessions/")] == [left]


@pytest.mark.parametrize("kind", ["keep-blobs", "delete-blobs"])
def test_nothing_goes_while_a_backup_or_another_worker_is_at_it(alone: World, kind: str) -> None:
    left = f"sessions/2026-01-01/{alone.id}/20260101T000000-00000000"
    alone.blobs.put(left, b"x")
    with Claims(alone.database).holding(kind):
        CompactionWorker(alone.database, alone.blobs, alone.clock).run_once()
    assert [blob.key for blob in alone.blobs.list("sessions/")] == [left]


def test_what_was_done_is_in_the_figures(alone: World) -> None:
    instruments = Instruments()
    worker = CompactionWorker(
        alone.database,
        alone.blobs,
        alone.clock,
        grace=Grace(packs_s=0),
        instruments=instruments,
        project="shop",
    )
    pack(alone, [alone.id])
    size = packs(alone)[0].size_bytes
    finish(alone)
    worker.run_once()

    def value(name: str, **labels: str) -> float | None:
        return instruments.registry.get_sample_value(name, {"project": "shop", **labels})

    assert value("otel_replay_compactions_total", outcome="done") == 1
    assert value("otel_replay_compaction_bytes_total", place="packs")
    assert value("otel_replay_compaction_bytes_total", place="segments")
    assert value("otel_replay_compaction_waiting_sessions") == 1
    assert value("otel_replay_blobs_deleted_total", kind="pack") == 1
    assert value("otel_replay_blob_bytes_deleted_total", kind="pack") == size
    assert value("otel_replay_compaction_timestamp_seconds")
    assert value("otel_replay_blobs_deleted_timestamp_seconds")
    with pytest.raises(DamagedBlobError):
        alone.blobs.get("packs/0")


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("packs/2026-03-01/23/abc", datetime(2026, 3, 2, tzinfo=UTC)),
        ("sessions/2026-03-01/s/20260302T030405-00", datetime(2026, 3, 2, 3, 4, 5, tzinfo=UTC)),
        ("packs/2026-13-01/23/abc", None),
        ("packs/abc", None),
        ("sessions/2026-03-01/s/abc", None),
        ("backup/2026-03-01/23/abc", None),
    ],
)
def test_the_age_of_a_blob_is_in_its_name(key: str, expected: datetime | None) -> None:
    name = parsed(key)
    assert (name and name.written_by) == expected


def pack(world: World, session_ids: list[str]) -> None:
    """Stores a chunk of each session, all in one pack of this hour."""
    key = f"packs/{now(world):%Y-%m-%d/%H}/{new_id()}"
    rows, payload = [], b""
    for session_id in session_ids:
        row = world.chunk_row(session_id, 0, blob=key)
        rows.append({**row, "Offset": len(payload)})
        payload += world.payload(0)
    world.blobs.put(key, payload)
    world.chunks(rows)


def packs(world: World) -> list[BlobInfo]:
    return list(world.blobs.list("packs/"))


def now(world: World) -> datetime:
    return datetime.fromtimestamp(world.clock(), UTC)
