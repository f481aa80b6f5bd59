"""fsck finds what is damaged, mends what is safe, and leaves alone what is under way."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from otel_replay.care.fsck import examine
from otel_replay.care.places import Graces
from otel_replay.sessions.chunks import Chunk
from otel_replay.storage.blobs.file import FileBlobStore
from otel_replay.storage.claims import Claims
from otel_replay_exporters.blobs.packs import PackWriter
from tests.support.sessions import World, now_ms

NOW = Graces(0, 0)
"""No blob is too young."""
HOUR_MS = 3_600_000


def chunk(session_id: str, seq: int, tab: str = "t1", **more: Any) -> Chunk:
    start_ms = now_ms() - HOUR_MS + seq * 5_000
    events = [{"type": 3, "timestamp": start_ms, "data": {"seq": seq}}]
    payload = gzip.compress(orjson.dumps(events), mtime=0)
    values: dict[str, Any] = {
        "session_id": session_id,
        "tab": tab,
        "seq": seq,
        "start_ms": start_ms,
        "end_ms": start_ms + 4_000,
        "events": 1,
        "checkpoint": seq == 0,
        "final": False,
        "encoding": "gzip",
        "size_bytes": len(orjson.dumps(events)),
        "payload": payload,
        "sent_ms": start_ms,
        "received_ms": now_ms() - HOUR_MS,
    }
    return Chunk(**(values | more))


def store(world: World, *packs: Sequence[Chunk]) -> list[str]:
    """Stores each as a pack, and has sessions computed; returns the keys of all packs."""
    write = PackWriter(world.database, world.blobs)
    for pack in packs:
        write([pack])
    settle(world)
    return [blob.key for blob in world.blobs.list("packs/")]


def settle(world: World) -> None:
    """The worker computes what came in, and once more when it has settled."""
    world.clock.seconds = now_ms() / 1000
    world.worker.run_once()
    # As if it had come in a while ago.
    world.database.command(
        "ALTER TABLE session_touched DELETE WHERE 1", settings={"mutations_sync": 1}
    )


def fsck(world: World, **options: Any) -> dict[str, Any]:
    return examine(world.database, world.blobs, **({"graces": NOW} | options))


def found(report: dict[str, Any]) -> dict[str, int]:
    return {name: finding["count"] for name, finding in report["findings"].items()}


def test_nothing_is_found_where_nothing_is_wrong(alone: World) -> None:
    store(alone, [chunk("a", 0), chunk("b", 0)], [chunk("a", 1), chunk("b", 1)])
    alone.navigation("a", "http://shop/")
    settle(alone)
    report = fsck(alone, deep=True)
    assert found(report) == {}
    assert report["clean"]
    assert report["checked"] | {"bytes": 0} == {
        "blobs": 2,
        "bytes": 0,
        "rows": 4,
        "parts": 4,
        "sessions": 2,
        "tabs": 1,
    }


def test_a_blob_that_is_gone_is_missed(alone: World) -> None:
    first, second = store(alone, [chunk("a", 0)], [chunk("a", 1), chunk("b", 0)])
    gone = first if len(alone.blobs.get(first)) > len(alone.blobs.get(second)) else second
    alone.blobs.delete(gone)
    report = fsck(alone)
    assert found(report) == {"missing_blob": 1}
    assert report["findings"]["missing_blob"]["examples"] == [
        f"{gone}: 2 rows, such as chunk 1 of tab t1 of session a"
    ]
    assert not report["clean"]


def test_a_blob_that_ends_early_is_found_without_reading_it_whole(alone: World) -> None:
    (key,) = store(alone, [chunk("a", 0), chunk("a", 1)])
    alone.blobs.put(key, alone.blobs.get(key)[:40])
    assert found(fsck(alone)) == {"short_blob": 1}


def test_payload_is_checked_when_asked(alone: World) -> None:
    (key,) = store(alone, [chunk("a", 0), chunk("a", 1)])
    data = bytearray(alone.blobs.get(key))
    data[20] ^= 1
    alone.blobs.put(key, bytes(data))
    assert found(fsck(alone)) == {}
    report = fsck(alone, deep=True)
    assert found(report) == {"unreadable": 1}
    assert "chunk 0 of tab t1 of session a fails its checksum" in str(report)


def test_payload_that_is_no_json_is_found(alone: World) -> None:
    store(alone, [chunk("a", 0, payload=gzip.compress(b"[1,"))])
    assert found(fsck(alone, deep=True)) == {"unreadable": 1}


def test_rows_that_claim_the_same_bytes_are_found(alone: World) -> None:
    (key,) = store(alone, [chunk("a", 0), chunk("a", 1)])
    rows = alone.database.query("SELECT * FROM replay_chunks FINAL WHERE Seq = 1")
    alone.database.insert("replay_chunks", [rows[0] | {"Seq": 2, "Offset": rows[0]["Offset"] - 1}])
    settle(alone)
    report = fsck(alone)
    assert found(report) == {"overlap": 1}
    assert key in str(report)


@pytest.mark.parametrize(
    "segments",
    [
        [(0, 10), (5, 10)],
        [(0, 10), (0, 10)],
    ],
    ids=["overlapping", "equal"],
)
def test_spans_within_a_segment_must_not_overlap(
    alone: World, segments: list[tuple[int, int]]
) -> None:
    (key,) = store(alone, [chunk("a", 0), chunk("a", 1)])
    stored = alone.database.query("SELECT * FROM replay_chunks FINAL ORDER BY Seq")
    frame = {name: stored[0][name] for name in ("Offset", "Length", "Crc32")}
    rows = [
        row | frame | {"InnerOffset": start, "InnerLength": length}
        for row, (start, length) in zip(stored, segments, strict=True)
    ]
    alone.database.insert("replay_chunks", rows)
    settle(alone)
    assert found(fsck(alone)) == {"overlap": 1}


def test_rows_that_are_lost_are_made_anew_from_the_blob(alone: World) -> None:
    store(alone, [chunk("a", 0), chunk("a", 1), chunk("b", 0)])
    before = alone.database.query("SELECT * FROM replay_chunks FINAL ORDER BY ALL")
    alone.database.command("TRUNCATE TABLE replay_chunks")
    assert "lost_rows" in found(fsck(alone))
    report = fsck(alone, repair=True)
    assert report["findings"]["lost_rows"]["repaired"] == 1
    assert alone.database.query("SELECT * FROM replay_chunks FINAL ORDER BY ALL") == before
    settle(alone)
    assert found(fsck(alone, deep=True)) == {}


def test_rows_that_went_with_their_retention_are_not_missed(alone: World) -> None:
    store(alone, [chunk("a", 0, received_ms=now_ms() - 23 * HOUR_MS)])
    alone.database.command("TRUNCATE TABLE replay_chunks")
    alone.database.insert("project_settings", [{"Name": "retention_replay", "Value": "1"}])
    try:
        assert "lost_rows" not in found(fsck(alone, repair=True))
    finally:
        alone.database.command(
            "ALTER TABLE project_settings DELETE WHERE Name = 'retention_replay'",
            settings={"mutations_sync": 1},
        )
    assert alone.database.query("SELECT 1 FROM replay_chunks") == []


def test_some_rows_that_are_lost_show_when_blobs_are_read(alone: World) -> None:
    store(alone, [chunk("a", 0), chunk("a", 1)])
    alone.database.command(
        "ALTER TABLE replay_chunks DELETE WHERE Seq = 1", settings={"mutations_sync": 1}
    )
    settle(alone)
    assert fsck(alone, deep=True, repair=True)["findings"]["lost_rows"]["repaired"] == 1
    rows = alone.database.query("SELECT Seq FROM replay_chunks FINAL ORDER BY Seq")
    assert [row["Seq"] for row in rows] == [0, 1]


def test_a_blob_without_rows_is_garbage_once_it_is_old(alone: World) -> None:
    (key, *_) = store(alone, [chunk("a", 0)])
    row = alone.database.query("SELECT * FROM replay_chunks FINAL")[0]
    # The same chunk, delivered once more.
    moved = f"packs/2026-01-01/00/{key.rpartition('/')[2]}"
    alone.blobs.put(moved, alone.blobs.get(key))
    alone.database.insert("replay_chunks", [row | {"Blob": moved}])
    settle(alone)
    young = fsck(alone, graces=Graces(10**9, 10**9))
    assert found(young) == {}
    assert young["pending"] == {"young_blobs": 1}
    assert found(fsck(alone, graces=NOW)) == {"orphan": 1}
    report = fsck(alone, repair=True)
    assert report["findings"]["orphan"]["repaired"] == 1
    assert report["clean"]
    assert [blob.key for blob in alone.blobs.list()] == [moved]


def test_blobs_of_others_are_only_mentioned(alone: World) -> None:
    alone.blobs.put("packs/notes.txt", b"hello")
    report = fsck(alone, repair=True)
    assert found(report) == {"foreign": 1}
    assert report["clean"]
    assert alone.blobs.get("packs/notes.txt") == b"hello"


def test_a_hole_in_a_recording_is_noted(alone: World) -> None:
    store(alone, [chunk("a", 0), chunk("a", 3), chunk("a", 4), chunk("a", 6)])
    alone.clock.seconds += 7200
    alone.worker.run_once()
    alone.database.command("TRUNCATE TABLE session_touched")
    report = fsck(alone)
    assert found(report) == {"hole": 2}
    assert report["findings"]["hole"]["examples"] == [
        "tab t1 of session a: chunks 1 to 2",
        "tab t1 of session a: chunk 5",
    ]
    assert report["clean"]


def test_a_session_that_was_never_computed_is_computed(alone: World) -> None:
    store(alone, [chunk("a", 0)])
    alone.database.command("TRUNCATE TABLE sessions")
    assert found(fsck(alone)) == {"stale_session": 1}
    assert fsck(alone, repair=True)["clean"]
    assert alone.session("a")["counts"]["chunks"] == 1


def test_a_session_whose_row_is_stale_is_computed_anew(alone: World) -> None:
    store(alone, [chunk("a", 0)])
    alone.navigation("a", "http://shop/")
    alone.database.command("TRUNCATE TABLE session_touched")
    assert found(fsck(alone)) == {}
    report = fsck(alone, deep=True)
    assert found(report) == {"stale_session": 1}
    assert "Pages" in report["findings"]["stale_session"]["examples"][0]
    assert fsck(alone, deep=True, repair=True)["clean"]
    assert found(fsck(alone, deep=True)) == {}


def test_a_session_that_the_worker_has_still_to_compute_is_no_problem(alone: World) -> None:
    PackWriter(alone.database, alone.blobs)([[chunk("a", 0)]])
    report = fsck(alone, deep=True)
    assert found(report) == {}
    assert report["pending"]["sessions"] == 1


def test_a_session_with_two_rows_is_mended(alone: World) -> None:
    store(alone, [chunk("a", 0)])
    row = alone.database.query("SELECT * FROM sessions FINAL")[0]
    other = datetime(2020, 1, 1, tzinfo=UTC)
    alone.database.insert("sessions", [row | {"StartTime": other, "Version": 1}])
    assert found(fsck(alone)) == {"doubled_session": 1}
    assert fsck(alone, repair=True)["clean"]
    assert found(fsck(alone)) == {}


def test_nothing_is_deleted_while_a_backup_keeps_blobs(alone: World) -> None:
    (key,) = store(alone, [chunk("a", 0)])
    row = alone.database.query("SELECT * FROM replay_chunks FINAL")[0]
    moved = f"packs/2026-01-01/00/{key.rpartition('/')[2]}"
    alone.blobs.put(moved, alone.blobs.get(key))
    alone.database.insert("replay_chunks", [row | {"Blob": moved}])
    settle(alone)
    with Claims(alone.database).holding("keep-blobs"):
        report = fsck(alone, repair=True)
    assert report["findings"]["orphan"]["repaired"] == 0
    assert alone.blobs.get(key)


def test_many_pages_are_walked(
    alone: World, blobs: FileBlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("otel_replay.care.places.PAGE", 3)
    monkeypatch.setattr("otel_replay.care.derived.PAGE", 2)
    keys = store(alone, *([chunk(f"s{n}", 0)] for n in range(7)))
    blobs.delete(sorted(keys)[0])
    blobs.delete(sorted(keys)[-1])
    report = fsck(alone)
    assert found(report) == {"missing_blob": 2}
    assert report["checked"]["rows"] == 7
    assert report["checked"]["sessions"] == 7


def test_what_is_left_of_an_erased_session_is_erased_again(alone: World) -> None:
    store(alone, [chunk("a", 0), chunk("b", 0)])
    alone.navigation("a", "http://shop/")
    settle(alone)
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    tombstone = {"SessionId": "a", "ErasedAt": long_ago, "ErasureId": "e"}
    alone.database.insert("erased_sessions", [tombstone])
    alone.blobs.put("sessions/2026-01-01/a/20260101T000000-01234567", b"left")
    report = fsck(alone)
    assert found(report) == {"orphan": 1, "erased_rows": 1, "erased_blobs": 1}
    assert fsck(alone, repair=True)["clean"]
    assert found(fsck(alone, deep=True)) == {}
    rows = alone.database.query("SELECT SessionId FROM replay_chunks FINAL")
    assert [row["SessionId"] for row in rows] == ["b"]
