"""The manifest lists what exists of a recording, and what lacks."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from otel_replay.storage.clickhouse import Database
from tests.support.sessions import World


def test_a_manifest_describes_each_tab(world: World) -> None:
    world.navigation(world.id, "http://shop/", 0)
    world.navigation(world.id, "http://shop/cart", 6_000)
    world.navigation(world.id, "http://shop/help", 2_000, tab="t2")
    lengths = [world.chunk(world.id, seq, Final=seq == 1)["Length"] for seq in (0, 1)]
    world.chunk(world.id, 0, tab="t2", start_ms=2_000)
    world.worker.run_once()

    manifest = world.json(f"sessions/{world.id}/manifest")
    first, second = manifest["tabs"]
    assert first == {
        "id": "t1",
        "start_offset_ms": 0,
        "end_offset_ms": 9_000,
        "url": "http://shop/",
        "final": True,
        "chunks": {
            "seq": [0, 1],
            "start": [0, 5_000],
            "end": [4_000, 9_000],
            "bytes": lengths,
            "size": [100, 100],
            "events": [10, 10],
            "checkpoint": [0],
        },
        "gaps": [],
        "clock_error_ms": 0,
    }
    assert (second["id"], second["url"], second["final"]) == ("t2", "http://shop/help", False)
    assert (manifest["session_id"], manifest["start_ms"]) == (world.id, world.zero_ms)
    assert manifest["end_ms"] == world.zero_ms + 9_000
    assert manifest["state"] == "live"


def test_chunks_are_ordered_by_sequence_not_by_time(world: World) -> None:
    world.chunk(world.id, 1, start_ms=0)
    world.chunk(world.id, 0, start_ms=1_000)
    (tab,) = world.json(f"sessions/{world.id}/manifest")["tabs"]
    assert tab["chunks"]["seq"] == [0, 1]
    assert tab["chunks"]["start"] == [1_000, 0]


def test_an_unchanged_manifest_costs_one_small_query(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.chunk(world.id, 0)
    world.worker.run_once()
    path = f"sessions/{world.id}/manifest"
    known = world.get(path).headers["ETag"]
    asked: list[str] = []
    query = Database.query

    def counting(database: Database, sql: str, *args: Any, **more: Any) -> Any:
        asked.append(sql)
        return query(database, sql, *args, **more)

    monkeypatch.setattr(Database, "query", counting)
    assert world.get(path, If_None_Match=known).status_code == 304
    assert len(asked) == 1
    # What was said of one viewer's version is not said of another's.
    assert world.get(path, If_None_Match='W/"older"').status_code == 200
    world.chunk(world.id, 1)
    changed = world.get(path, If_None_Match=known)
    assert changed.status_code == 200
    assert changed.headers["ETag"] != known


def test_a_manifest_changes_when_only_the_session_does(world: World) -> None:
    world.chunk(world.id, 0)
    world.worker.run_once()
    path = f"sessions/{world.id}/manifest"
    known = world.get(path).headers["ETag"]
    assert world.get(path, If_None_Match=known).status_code == 304
    world.clock.seconds += 3_600
    world.worker.run_once()
    finished = world.get(path, If_None_Match=known)
    assert finished.status_code == 200
    assert orjson.loads(finished.data)["state"] == "finished"


def test_holes_in_the_sequence_are_gaps(world: World) -> None:
    world.navigation(world.id, "http://shop/", 1_000)
    for seq in (1, 2, 5):
        world.chunk(world.id, seq)
    (tab,) = world.json(f"sessions/{world.id}/manifest")["tabs"]
    zero_ms = 1_000  # The session begins with the navigation.
    assert [(gap["from_seq"], gap["to_seq"], gap["reason"]) for gap in tab["gaps"]] == [
        (0, 0, "missing"),
        (3, 4, "missing"),
    ]
    assert tab["gaps"][0]["start_offset_ms"] == 0
    assert tab["gaps"][0]["end_offset_ms"] == 5_000 - zero_ms
    assert tab["gaps"][1]["start_offset_ms"] == 14_000 - zero_ms
    assert tab["gaps"][1]["end_offset_ms"] == 25_000 - zero_ms


def test_a_gap_tells_the_reason_that_the_browser_gave(world: World) -> None:
    for seq in (0, 2, 3):
        world.chunk(world.id, seq)
    for offset_ms, reason in ((7_000, "buffer full"), (16_500, "event too big")):
        attributes = {"session.replay.dropped.reason": reason, "session.replay.tab": "t1"}
        world.log(world.id, "session.replay.dropped", offset_ms, attributes=attributes)
    (tab,) = world.json(f"sessions/{world.id}/manifest")["tabs"]
    assert [(gap["from_seq"], gap["to_seq"], gap["reason"]) for gap in tab["gaps"]] == [
        (1, 1, "buffer full"),
        # Nothing lacks in the sequence: an empty range before the chunk that follows.
        (4, 3, "event too big"),
    ]


def test_the_version_changes_with_the_manifest_only(world: World) -> None:
    world.chunk(world.id, 0)
    world.worker.run_once()
    path = f"sessions/{world.id}/manifest"
    first = world.get(path)
    again = world.get(path, If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")

    world.chunk(world.id, 1)
    changed = world.get(path, If_None_Match=first.headers["ETag"])
    assert changed.status_code == 200
    assert orjson.loads(changed.data)["version"] != orjson.loads(first.data)["version"]


def test_a_session_without_a_recording_has_no_tabs(world: World) -> None:
    world.click(world.id)
    assert world.json(f"sessions/{world.id}/manifest")["tabs"] == []


def test_a_recording_of_very_many_rows_is_listed_as_fewer_parts(world: World) -> None:
    # As of a recorder behind a pipeline that sends each event by itself, for four hours.
    lost, checkpoints = range(7_000, 7_010), range(0, 14_400, 900)
    rows = [
        world.chunk_row(
            world.id,
            seq,
            start_ms=seq * 1_000,
            payload=b'[{"seq": %d}]' % seq,
            blob="packs/many",
            Encoding="identity",
            Checkpoint=seq in checkpoints,
            Events=2 if seq in checkpoints else 1,
        )
        for seq in range(14_400)
        if seq not in lost
    ]
    offset = 0
    for row in rows:
        row["Offset"] = offset
        offset += row["Length"]
    payloads = b"".join(b'[{"seq": %d}]' % row["Seq"] for row in rows)
    world.blobs.put("packs/many", payloads)
    world.chunks(rows)
    world.log(world.id, "session.end", 14_400_000)
    world.worker.run_once()
    world.clock.seconds += 86_400
    world.worker.run_once()

    response = world.get(f"sessions/{world.id}/manifest")
    assert len(response.data) < 200_000
    (tab,) = orjson.loads(response.data)["tabs"]
    seqs = tab["chunks"]["seq"]
    assert set(checkpoints) <= set(seqs)
    assert tab["chunks"]["checkpoint"] == list(checkpoints)
    assert sum(tab["chunks"]["events"]) == len(rows) + len(checkpoints)
    assert [(gap["from_seq"], gap["to_seq"]) for gap in tab["gaps"]] == [(7_000, 7_009)]
    # Any run of them can be asked for, and each number comes once.
    for first, last in ((0, 3), (500, 501), (len(seqs) - 2, len(seqs) - 1)):
        lines = world.get(f"sessions/{world.id}/replay?from_seq={seqs[first]}&to_seq={seqs[last]}")
        parts = [orjson.loads(line) for line in lines.data.splitlines()]
        assert [part[0]["seq"] for part in parts] == seqs[first : last + 1]
        played = [event["seq"] for part in parts for event in part]
        assert played == list(range(played[0], played[-1] + 1))
