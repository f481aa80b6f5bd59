"""A finished session moves into an object of its own; readers see the same as before."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Mapping
from typing import Any

import orjson
import pytest

from otel_replay.sessions import blocks, compaction, packs, segments, zstandard
from otel_replay.sessions.compactor import CompactionWorker
from otel_replay.storage.claims import Claims
from tests.support.recordings import (
    HOUR_S,
    compact,
    decoded,
    finish,
    framed,
    frames,
    lines,
    noise,
    settle,
    stored,
)
from tests.support.sessions import World, at, new_id


def test_a_finished_session_becomes_one_object_that_reads_the_same(alone: World) -> None:
    before = [alone.chunk(alone.id, seq, tab=tab) for tab in ("t1", "t2") for seq in range(3)]
    finish(alone)
    expected = [alone.get(f"sessions/{alone.id}/replay?tab={tab}").data for tab in ("t1", "t2")]
    assert compact(alone) == 1
    (written,) = alone.blobs.list("sessions/")
    rows = stored(alone)
    assert {row["Blob"] for row in rows} == {written.key}
    assert f"/{alone.id}/" in written.key
    for row in before:
        alone.blobs.delete(row["Blob"])
    assert [alone.get(f"sessions/{alone.id}/replay?tab={t}").data for t in ("t1", "t2")] == expected
    assert compact(alone) == 0


def test_all_else_of_the_rows_stays(alone: World) -> None:
    for seq in range(3):
        alone.chunk(alone.id, seq, Final=seq == 2, UserId="u", ResourceAttributes={"a": "b"})
    finish(alone)
    before, manifest = stored(alone), alone.json(f"sessions/{alone.id}/manifest")
    compact(alone)
    settle(alone)
    after = stored(alone)
    moved = {"Encoding", "Blob", "Offset", "Length", "Crc32"}
    moved |= {"InnerOffset", "InnerLength", "StoredBytes"}
    assert [_without(row, moved) for row in after] == [_without(row, moved) for row in before]
    now = alone.json(f"sessions/{alone.id}/manifest")
    for listed in (manifest, now):
        listed.pop("version")
        (tab,) = listed["tabs"]
        tab["bytes"] = tab["chunks"].pop("bytes")
    assert now["tabs"][0].pop("bytes") == [row["StoredBytes"] for row in after]
    manifest["tabs"][0].pop("bytes")
    assert now == manifest


def test_shares_of_a_segment_add_up_to_it(alone: World) -> None:
    for seq in range(7):
        alone.chunk(alone.id, seq, payload=gzip.compress(noise(seq, 100 + 999 * seq)))
    finish(alone)
    compact(alone)
    settle(alone)
    rows = stored(alone)
    assert sum(row["StoredBytes"] for row in rows) == rows[0]["Length"]
    assert alone.session(alone.id)["payload_bytes"] == rows[0]["Length"]


def test_segments_are_cut_at_checkpoints_and_where_they_would_grow_too_big(
    alone: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "SEGMENT_BYTES", 10_000)
    monkeypatch.setattr(segments, "FULL_BYTES", 4_000)
    sizes = [3_000, 500, 3_000, 3_000, 100, 4_000, 4_000, 4_000, 25_000, 10]
    checkpoints = {0, 1, 3, 4}
    for seq, size in enumerate(sizes):
        payload = gzip.compress(noise(seq, size))
        alone.chunk(alone.id, seq, payload=payload, Checkpoint=seq in checkpoints)
    alone.chunk(alone.id, 0, tab="t2")
    finish(alone)
    compact(alone)
    # The second tab goes on in the segment that the first one ends in.
    places = [row["Offset"] for row in stored(alone)]
    cut = [index for index, place in enumerate(places) if place != places[index - 1]]
    assert cut == [0, 3, 6, 8, 9]


def test_a_segment_goes_on_over_tabs_as_snapshots_of_a_site_repeat_one_another(
    alone: World,
) -> None:
    page = noise(1, 200_000)
    sent = [gzip.compress(page) for _ in range(3)]
    # Later tabs have earlier names: the order is that of time.
    for number, (tab, payload) in enumerate(zip(("c", "b", "a"), sent, strict=True)):
        alone.chunk(alone.id, 0, tab=tab, start_ms=number * 5_000, payload=payload)
        alone.chunk(alone.id, 1, tab=tab, start_ms=number * 5_000 + 2_000)
    finish(alone)
    compact(alone)
    rows = stored(alone)
    assert len({row["Offset"] for row in rows}) == 1
    assert rows[0]["Length"] < 0.4 * sum(map(len, sent))
    found = frames(decoded(framed(alone, "zstd", "tab=b")))
    assert [(header["tab"], header["seq"]) for header, _ in found] == [
        (tab, seq) for tab in ("c", "b", "a") for seq in (0, 1)
    ]
    for encoding in ("gzip", "identity"):
        exact = frames(decoded(framed(alone, encoding, "tab=b")))
        assert [header["seq"] for header, _ in exact] == [0, 1]
        assert exact[0][1] == page
    assert len(alone.get(f"sessions/{alone.id}/replay?tab=b").data.splitlines()) == 2


def test_the_object_says_what_it_holds(alone: World) -> None:
    for seq in range(3):
        alone.chunk(alone.id, seq)
    finish(alone)
    compact(alone)
    (written,) = alone.blobs.list("sessions/")
    listed = packs.read_index(alone.blobs, written)
    names = ("SessionId", "Tab", "Seq", "Offset", "Length", "Crc32", "InnerOffset", "InnerLength")
    rows = stored(alone)
    assert [[row[n] for n in names] for row in listed] == [[row[n] for n in names] for row in rows]
    assert listed[0]["StartTime"].startswith("20")


def test_segments_pass_as_they_are_to_clients_that_take_zstd(alone: World) -> None:
    texts = [noise(seq, 900) for seq in range(4)]
    for seq, text in enumerate(texts):
        alone.chunk(alone.id, seq, payload=gzip.compress(text))
    finish(alone)
    compact(alone)
    row = stored(alone)[0]
    response = framed(alone, "zstd, gzip")
    assert response.headers["Content-Encoding"] == "zstd"
    assert response.data == alone.blobs.get(row["Blob"], row["Offset"], row["Length"])
    assert {"Accept", "Accept-Encoding"} <= set(response.vary)
    header = {"encoding": "identity"}
    expected = [({"seq": seq, **header}, text) for seq, text in enumerate(texts)]
    in_segment = [({"tab": "t1", **header}, text) for header, text in expected]
    assert frames(decoded(response)) == in_segment
    assert frames(decoded(framed(alone, "gzip"))) == expected
    assert frames(decoded(framed(alone, "identity"))) == expected


def test_a_range_is_answered_with_the_whole_segments_it_lies_in(
    alone: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "SEGMENT_BYTES", 2_500)
    for seq in range(10):
        alone.chunk(alone.id, seq, payload=gzip.compress(noise(seq, 1_000)))
    finish(alone)
    compact(alone)
    reads = counted_reads(alone, monkeypatch)
    query = "from_seq=3&to_seq=5"
    whole = frames(decoded(framed(alone, "zstd", query)))
    assert [header["seq"] for header, _ in whole] == [2, 3, 4, 5]
    assert len(reads) == 1
    exact = frames(decoded(framed(alone, "gzip", query)))
    assert [header["seq"] for header, _ in exact] == [3, 4, 5]
    assert [payload for _, payload in exact] == [payload for _, payload in whole[1:]]
    lines = alone.get(f"sessions/{alone.id}/replay?{query}").data.splitlines()
    assert lines == [payload for _, payload in exact]


def test_parts_that_are_joined_from_chunks_are_cut_out_of_their_segments(alone: World) -> None:
    rum_rows(alone)
    expected = alone.get(f"sessions/{alone.id}/replay").data
    manifest = alone.json(f"sessions/{alone.id}/manifest")["tabs"][0]["chunks"]["seq"]
    finish(alone)
    compact(alone)
    assert alone.get(f"sessions/{alone.id}/replay").data == expected
    found = frames(decoded(framed(alone, "zstd")))
    assert [header["seq"] for header, _ in found] == manifest
    assert b"".join(payload + b"\n" for _, payload in found) == expected


def test_blocks_of_a_long_recording_are_cut_out_of_their_segments(
    alone: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "MAX_LISTED", 8)
    for seq in range(12):
        alone.chunk(alone.id, seq, payload=gzip.compress(b"[%d]" % seq))
    finish(alone)
    compact(alone)
    settle(alone)
    listed = alone.json(f"sessions/{alone.id}/manifest")["tabs"][0]["chunks"]["seq"]
    assert len(listed) < 8
    found = frames(decoded(framed(alone, "zstd")))
    assert [header["seq"] for header, _ in found] == listed
    numbers = [number for _, payload in found for number in orjson.loads(payload)]
    assert numbers == list(range(12))


def test_late_chunks_reopen_a_session_and_join_the_others(alone: World) -> None:
    for seq in (0, 1, 3):
        alone.chunk(alone.id, seq)
    finish(alone)
    compact(alone)
    alone.chunk(alone.id, 2)
    alone.worker.run_once()
    assert alone.session(alone.id)["state"] == "live"
    assert [line[0]["data"]["seq"] for line in lines(alone)] == [0, 1, 2, 3]
    mixed = frames(decoded(framed(alone, "zstd")))
    assert {header["seq"]: header["encoding"] for header, _ in mixed} == {
        **dict.fromkeys((0, 1, 3), "identity"),
        2: "gzip",
    }
    finish(alone)
    assert compact(alone) == 1
    assert len({row["Blob"] for row in stored(alone)}) == 1
    assert [line[0]["data"]["seq"] for line in lines(alone)] == [0, 1, 2, 3]


def test_segments_that_nothing_came_for_are_taken_over_as_they_are(
    alone: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "SEGMENT_BYTES", 2_500)
    for seq in range(6):
        alone.chunk(alone.id, seq, payload=gzip.compress(noise(seq, 1_000)))
    finish(alone)
    compact(alone)
    compressed: list[int] = []
    compress = zstandard.compress

    def measured(data: bytes, level: int) -> bytes:
        compressed.append(len(data))
        return compress(data, level)

    monkeypatch.setattr(zstandard, "compress", measured)
    alone.chunk(alone.id, 6)
    finish(alone)
    assert compact(alone) == 1
    assert [row["Encoding"] for row in stored(alone)] == ["zstd"] * 7
    assert sum(1_000 < size < 2_600 for size in compressed) == 1
    assert len(lines(alone)) == 7


def test_a_chunk_that_came_again_counts_as_the_later_one(alone: World) -> None:
    first = alone.chunk(alone.id, 0)
    finish(alone)
    compact(alone)
    alone.chunks([{**first, "ReceivedAt": at(alone.clock() * 1000)}])
    finish(alone)
    assert compact(alone) == 1
    assert stored(alone)[0]["Encoding"] == "zstd"
    assert len(lines(alone)) == 1


@pytest.mark.parametrize(
    ("columns", "message"),
    [({"Crc32": 1}, "checksum"), ({"blob": "packs/gone"}, "missing")],
    ids=["damaged", "missing"],
)
def test_a_chunk_that_cannot_be_read_stays_where_it_is_and_the_others_move(
    alone: World, caplog: pytest.LogCaptureFixture, columns: dict[str, Any], message: str
) -> None:
    alone.chunk(alone.id, 0)
    alone.chunk(alone.id, 1, **columns)
    alone.chunk(alone.id, 2)
    finish(alone)
    worker = CompactionWorker(alone.database, alone.blobs, alone.clock)
    assert worker.run_once() == 1
    assert f"session {alone.id}: 1 chunks cannot be read" in caplog.text
    assert [row["Blob"].split("/")[0] for row in stored(alone)] == ["sessions", "packs", "sessions"]
    first, damaged, last = lines(alone)
    assert (first[0]["data"]["seq"], last[0]["data"]["seq"]) == (0, 2)
    assert message in damaged[0]["data"]["payload"]["message"]
    # It is tried again, but neither at once nor in vain.
    alone.worker.run_once()
    caplog.clear()
    assert worker.run_once() == 0
    assert caplog.text == ""
    alone.clock.seconds += 2 * HOUR_S
    assert worker.run_once() == 0
    assert len(list(alone.blobs.list("sessions/"))) == 1


def test_a_chunk_that_came_damaged_moves_as_it_came(alone: World) -> None:
    alone.chunk(alone.id, 0)
    alone.chunk(alone.id, 1, payload=b"no gzip")
    alone.chunk(alone.id, 2)
    finish(alone)
    compact(alone)
    row = stored(alone)[1]
    assert (row["Encoding"], row["StoredBytes"]) == ("gzip", 7)
    assert alone.blobs.get(row["Blob"], row["Offset"], row["Length"]) == b"no gzip"
    _, damaged, _ = lines(alone)
    assert "not gzip" in damaged[0]["data"]["payload"]["message"]
    for encoding in ("zstd", "gzip"):
        found = frames(decoded(framed(alone, encoding)))
        assert [header["seq"] for header, _ in found] == [0, 1, 2]
    alone.chunk(alone.id, 3)
    finish(alone)
    compact(alone)
    assert {row["Blob"].split("/")[0] for row in stored(alone)} == {"sessions"}


def test_a_chunk_too_big_to_take_apart_moves_as_it_came(
    alone: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compaction, "MAX_TEXT_BYTES", 1_000)
    alone.chunk(alone.id, 0, payload=gzip.compress(noise(0, 5_000)))
    alone.chunk(alone.id, 1)
    finish(alone)
    compact(alone)
    assert [row["Encoding"] for row in stored(alone)] == ["gzip", "zstd"]
    assert len(lines(alone)) == 2


@pytest.mark.parametrize("encoding", ["zstd", "gzip", "identity"])
def test_a_damaged_segment_is_told_part_by_part(alone: World, encoding: str) -> None:
    for seq in range(3):
        alone.chunk(alone.id, seq)
    finish(alone)
    compact(alone)
    (written,) = alone.blobs.list("sessions/")
    data = bytearray(alone.blobs.get(written.key))
    data[20] ^= 1
    alone.blobs.put(written.key, bytes(data))
    found = frames(decoded(framed(alone, encoding)))
    assert [header["error"]["code"] for header, _ in found] == ["damaged"] * 3


def test_a_reader_follows_chunks_that_move_while_it_reads(
    alone: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = [alone.chunk(alone.id, seq) for seq in range(4)]
    finish(alone)
    expected = alone.get(f"sessions/{alone.id}/replay").data
    get = alone.blobs.get
    moves = iter([compact])

    def moving(key: str, start: int = 0, length: int | None = None) -> bytes:
        if key == packed[2]["Blob"] and (move := next(moves, None)):
            assert move(alone) == 1
            for row in packed:
                alone.blobs.delete(row["Blob"])
        return get(key, start, length)

    monkeypatch.setattr(alone.blobs, "get", moving)
    assert alone.get(f"sessions/{alone.id}/replay").data == expected
    assert next(moves, None) is None


def test_what_a_person_did_is_read_off_the_events_on_the_way(alone: World) -> None:
    press = {"type": 3, "timestamp": alone.zero_ms, "data": {"source": 5, "id": 7, "text": "a"}}
    alone.chunk(alone.id, 0, payload=gzip.compress(orjson.dumps([press])))
    alone.chunk(alone.id, 1, Crc32=1)
    alone.chunk(alone.id, 2, payload=b"no gzip")
    finish(alone)
    compact(alone)
    (facts,) = alone.database.query("SELECT Tab, Chunks, KeyPresses FROM session_inputs FINAL")
    assert facts == {"Tab": "t1", "Chunks": 3, "KeyPresses": 1}


def test_a_session_that_moved_without_the_news_of_it_is_computed_anew(alone: World) -> None:
    alone.chunk(alone.id, 0)
    finish(alone)
    (loose,) = alone.database.query("SELECT * FROM sessions FINAL")
    assert compact(alone) == 1
    settle(alone)
    # As kill -9 between the rows and what a view makes of them leaves it.
    alone.database.insert("sessions", [loose | {"Version": time.time_ns() // 1000}])
    assert compact(alone) == 0
    settle(alone)
    (row,) = alone.database.query("SELECT LooseChunks FROM sessions FINAL")
    assert row["LooseChunks"] == 0


def test_an_erased_session_is_left_alone(alone: World) -> None:
    alone.chunk(alone.id, 0)
    finish(alone)
    erase(alone)
    assert compact(alone) == 0
    assert list(alone.blobs.list("sessions/")) == []


def test_a_session_that_is_erased_while_it_is_compacted_does_not_come_back(
    alone: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone.chunk(alone.id, 0)
    finish(alone)
    put = alone.blobs.put

    def erasing(key: str, data: bytes) -> None:
        erase(alone)
        put(key, data)

    monkeypatch.setattr(alone.blobs, "put", erasing)
    assert compact(alone) == 0
    assert stored(alone) == []
    assert alone.database.query("SELECT * FROM session_inputs") == []
    assert list(alone.blobs.list("sessions/")) == []


def test_what_a_killed_worker_had_claimed_is_in_nobodys_way(
    alone: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("otel_replay.sessions.compactor.AT_ONCE", 1)
    for session_id in ("first", "second"):
        alone.chunk(session_id, 0)
        alone.clock.seconds += 1
    finish(alone)
    oldest = alone.database.query("SELECT SessionId FROM sessions FINAL ORDER BY FinishAt LIMIT 1")
    claimed = Claims(alone.database).take("compact", [oldest[0]["SessionId"]], 600)
    assert claimed
    assert compact(alone) == 1


def test_several_workers_share_the_sessions(alone: World) -> None:
    ids = [new_id() for _ in range(24)]
    alone.chunks([alone.chunk_row(i, seq) for i in ids for seq in range(2)])
    finish(alone)
    workers = [CompactionWorker(alone.database, alone.blobs, alone.clock) for _ in range(4)]
    done: list[int] = []

    def work(worker: CompactionWorker) -> None:
        while (found := worker.run_once()) or len(done) < 1:
            done.append(found)

    threads = [threading.Thread(target=work, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while workers[0].run_once():
        pass
    objects = [blob.key.split("/")[2] for blob in alone.blobs.list("sessions/")]
    assert sorted(objects) == sorted(ids)


def erase(world: World) -> None:
    """What erasing does to the database, as far as compaction can see it."""
    row = {"SessionId": world.id, "ErasedAt": at(world.clock() * 1000), "ErasureId": "e"}
    world.database.insert("erased_sessions", [row])
    world.database.command(
        "ALTER TABLE replay_chunks DELETE WHERE SessionId = {id:String}",
        {"id": world.id},
        {"mutations_sync": 2},
    )


def rum_rows(world: World) -> None:
    """Runs of another recorder that overlap, an event in pieces, a Meta event by itself."""
    event = [b'{"type": 3, "n": %d}' % number for number in range(20)]
    whole: list[tuple[int, list[bytes], dict[str, Any]]] = [
        (0, [b'{"type":4}'], {"Checkpoint": True, "Events": 1}),
        (1, [b'{"type":2}', *event[2:5]], {"Checkpoint": True, "Events": 4, "MoreSeqs": 3}),
        (3, event[3:8], {"Checkpoint": False, "Events": 5, "MoreSeqs": 4}),
        (12, event[12:14], {"Checkpoint": False, "Events": 2, "MoreSeqs": 1}),
    ]
    for seq, events, columns in whole:
        payload = gzip.compress(b"[" + b",".join(events) + b"]")
        world.chunk(world.id, seq, payload=payload, **columns)
    for piece in range(3):
        columns = {"Piece": piece + 1, "Pieces": 3, "Events": 0, "Encoding": "identity"}
        world.chunk(
            *(world.id, 8 + piece),
            payload=event[9][piece * 6 : piece * 6 + 6 if piece < 2 else None],
            Checkpoint=False,
            **columns,
        )


def counted_reads(world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys of what is read from the blob store from here on."""
    reads = []
    get = world.blobs.get

    def counted(key: str, start: int = 0, length: int | None = None) -> bytes:
        reads.append(key)
        return get(key, start, length)

    monkeypatch.setattr(world.blobs, "get", counted)
    return reads


def _without(row: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}
