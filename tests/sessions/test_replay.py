"""The recording comes back as it was stored; what cannot be read is said in its place."""

from __future__ import annotations

import gzip
from functools import partial
from typing import Any

import orjson
import pytest
from werkzeug.test import TestResponse

from otel_replay.errors import UnavailableError
from otel_replay.sessions import parts
from otel_replay.storage.blobs.file import FileBlobStore
from otel_replay_ui.api import frames
from tests.sessions.conftest import Told
from tests.support.recordings import frames as frames_of
from tests.support.sessions import World

FRAMES = "application/vnd.otel-replay.frames"


def test_parts_are_lines_of_rrweb_events(world: World) -> None:
    for seq in (0, 1, 2):
        world.chunk(world.id, seq)
    response = world.get(f"sessions/{world.id}/replay")
    assert response.mimetype == "application/x-ndjson"
    assert [line[0]["data"]["seq"] for line in _lines(response)] == [0, 1, 2]


@pytest.fixture(scope="module")
def three_parts(settled: Told) -> World:
    def tell(world: World) -> None:
        for seq in (0, 1, 2):
            world.chunk(world.id, seq)

    return settled([tell])[0]


@pytest.mark.parametrize(
    ("query", "seqs"),
    [
        ("from_seq=1", [1, 2]),
        ("to_seq=1", [0, 1]),
        ("from_seq=1&to_seq=1", [1]),
        ("from_seq=9", []),
    ],
)
def test_a_range_includes_both_ends(three_parts: World, query: str, seqs: list[int]) -> None:
    world = three_parts
    response = world.get(f"sessions/{world.id}/replay?{query}")
    assert [line[0]["data"]["seq"] for line in _lines(response)] == seqs


def test_the_tab_defaults_to_the_first(world: World) -> None:
    world.chunk(world.id, 0, tab="late", start_ms=9_000)
    world.chunk(world.id, 0, tab="zz", start_ms=0)
    (line,) = _lines(world.get(f"sessions/{world.id}/replay"))
    assert line[0]["timestamp"] == world.zero_ms
    (line,) = _lines(world.get(f"sessions/{world.id}/replay?tab=late"))
    assert line[0]["timestamp"] == world.zero_ms + 9_000


def test_an_unknown_tab_is_not_found(world: World) -> None:
    world.chunk(world.id, 0)
    assert world.get(f"sessions/{world.id}/replay?tab=nope").status_code == 404


def test_a_session_without_a_recording_answers_nothing(world: World) -> None:
    world.click(world.id)
    response = world.get(f"sessions/{world.id}/replay")
    assert (response.status_code, response.data) == (200, b"")


def test_line_breaks_within_a_part_stay_off_the_wire(world: World) -> None:
    pretty = b'[\n  {"type": 3,\r\n "data": "a\\nb"}\n]\n'
    world.chunk(world.id, 0, payload=pretty, Encoding="identity")
    response = world.get(f"sessions/{world.id}/replay")
    assert response.data.count(b"\n") == 1
    assert _lines(response) == [[{"type": 3, "data": "a\nb"}]]


def test_lines_are_compressed_for_those_who_accept_it(world: World) -> None:
    world.chunk(world.id, 0)
    world.chunk(world.id, 1)
    path = f"sessions/{world.id}/replay"
    response = world.get(path, Accept_Encoding="gzip")
    assert response.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.data) == world.get(path).data


DAMAGED: list[tuple[dict[str, Any], str]] = [
    ({"Crc32": 1}, "checksum"),
    ({"Length": 10_000}, "ends early"),
    ({"payload": b"no gzip"}, "not gzip"),
    ({"payload": gzip.compress(b"[1, 2, 3]")[:-9]}, "ends early"),
    ({"payload": gzip.compress(b'{"type": 3}')}, "not a JSON array"),
    ({"payload": b"[]", "Encoding": "lzma"}, "unknown encoding"),
    ({"blob": "packs/not-there"}, "missing"),
]
"""Columns of a chunk that cannot be read, and what is said in its place."""


@pytest.fixture(scope="module")
def damaged_told(settled: Told) -> list[World]:
    def tell(world: World, columns: dict[str, Any]) -> None:
        world.chunk(world.id, 0)
        world.chunk(world.id, 1, **columns)
        world.chunk(world.id, 2)

    return settled([partial(tell, columns=columns) for columns, _ in DAMAGED])


@pytest.mark.parametrize(
    ("columns", "message"),
    DAMAGED,
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_damaged_part_is_told_in_its_place(
    damaged_told: list[World], columns: dict[str, Any], message: str
) -> None:
    world = damaged_told[DAMAGED.index((columns, message))]
    before, damaged, after = _lines(world.get(f"sessions/{world.id}/replay"))
    assert (before[0]["data"]["seq"], after[0]["data"]["seq"]) == (0, 2)
    (event,) = damaged
    assert (event["type"], event["timestamp"]) == (5, world.zero_ms + 5_000)
    assert event["data"]["tag"] == "otel_replay.damaged"
    assert event["data"]["payload"]["seq"] == 1
    assert message in event["data"]["payload"]["message"]


def test_a_bomb_is_a_damaged_part(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "MAX_JSON_BYTES", 1000)
    world.chunk(world.id, 0, payload=gzip.compress(b"[" + b" " * 10_000 + b"]"))
    (line,) = _lines(world.get(f"sessions/{world.id}/replay"))
    assert line[0]["data"]["tag"] == "otel_replay.damaged"


def test_frames_carry_parts_as_stored(world: World) -> None:
    stored = world.chunk(world.id, 0)
    world.chunk(world.id, 1, payload=b"[]", Encoding="identity")
    world.chunk(world.id, 2, Crc32=1)
    response = world.get(f"sessions/{world.id}/replay", Accept=FRAMES)
    assert response.mimetype == FRAMES
    first, second, third = frames_of(response.data)
    assert first == ({"seq": 0, "encoding": "gzip"}, world.blobs.get(stored["Blob"]))
    assert second == ({"seq": 1, "encoding": "identity"}, b"[]")
    assert third[0]["error"]["code"] == "damaged"
    assert third[1] == b""


def test_frames_are_bounded_but_never_none(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "MAX_BYTES", 1_000)
    for seq, size in enumerate((2_000, 300, 300, 600)):
        world.chunk(world.id, seq, payload=bytes(size))
    path = f"sessions/{world.id}/replay"
    got: list[list[int]] = []
    while sum(got, []) != [0, 1, 2, 3]:
        from_seq = len(sum(got, []))
        response = world.get(f"{path}?from_seq={from_seq}", Accept=FRAMES)
        got.append([header["seq"] for header, _ in frames_of(response.data)])
    assert got == [[0], [1, 2], [3]]


def test_parts_of_one_pack_are_read_together(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    payloads = [orjson.dumps([{"type": 3, "data": {"seq": seq}}]) for seq in range(4)]
    other = b"another session's"
    pack = payloads[0] + payloads[1] + other + payloads[2] + payloads[3]
    world.blobs.put("packs/of-many", pack)
    offset = 0
    rows = []
    for seq, payload in enumerate(payloads):
        offset += len(other) if seq == 2 else 0
        row = world.chunk_row(world.id, seq, payload=payload, blob="packs/of-many")
        rows.append({**row, "Encoding": "identity", "Offset": offset})
        offset += len(payload)
    world.chunks(rows)

    reads = []
    get = world.blobs.get

    def counted(key: str, start: int = 0, length: int | None = None) -> bytes:
        reads.append(key)
        return get(key, start, length)

    monkeypatch.setattr(world.blobs, "get", counted)
    lines = _lines(world.get(f"sessions/{world.id}/replay"))
    assert [line[0]["data"]["seq"] for line in lines] == [0, 1, 2, 3]
    assert len(reads) == 1


def test_a_pack_that_ends_early_still_gives_what_it_has(world: World) -> None:
    payload = b"[1]"
    world.blobs.put("packs/cut", payload + payload)
    world.chunks(
        [
            {
                **world.chunk_row(world.id, seq, payload=payload, blob="packs/cut"),
                "Encoding": "identity",
                "Offset": seq * len(payload),
            }
            for seq in range(3)
        ]
    )
    lines = _lines(world.get(f"sessions/{world.id}/replay"))
    assert lines[:2] == [[1], [1]]
    assert "ends early" in lines[2][0]["data"]["payload"]["message"]


@pytest.mark.parametrize("accept", [FRAMES, "application/x-ndjson"])
def test_a_blob_store_that_is_away_is_unavailable(
    world: World, monkeypatch: pytest.MonkeyPatch, accept: str
) -> None:
    world.chunk(world.id, 0)
    monkeypatch.setattr(world.blobs, "get", _away)
    response = world.get(f"sessions/{world.id}/replay", Accept=accept)
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) >= 1


def test_frames_end_where_the_blob_store_goes_away(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = world.chunk(world.id, 0)
    world.chunk(world.id, 1)
    get = world.blobs.get

    def half(key: str, start: int = 0, length: int | None = None) -> bytes:
        return get(key, start, length) if key == first["Blob"] else _away(key)

    monkeypatch.setattr(world.blobs, "get", half)
    response = world.get(f"sessions/{world.id}/replay", Accept=FRAMES)
    assert [header["seq"] for header, _ in frames_of(response.data)] == [0]


def test_parts_are_cached_once_the_session_is_finished(world: World) -> None:
    world.chunk(world.id, 0)
    world.worker.run_once()
    path = f"sessions/{world.id}/replay"
    assert world.get(path).headers["Cache-Control"] == "no-store"
    world.clock.seconds += 3600
    world.worker.run_once()
    assert "max-age" in world.get(path).headers["Cache-Control"]


def test_parts_are_read_as_they_are_sent(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = [world.chunk(world.id, seq) for seq in range(3)]
    reads = []
    get = FileBlobStore.get

    def counted(self: FileBlobStore, key: str, start: int = 0, length: int | None = None) -> bytes:
        reads.append(key)
        return get(self, key, start, length)

    monkeypatch.setattr(FileBlobStore, "get", counted)
    response = world.client.get(f"/api/v1/sessions/{world.id}/replay", buffered=False)
    pieces = iter(response.response)
    next(pieces)
    assert reads == [stored[0]["Blob"]]
    assert len(list(pieces)) == 2
    response.close()


def _away(*_arguments: object) -> bytes:
    raise UnavailableError("the blob store is away", retry_after_s=2)


def _lines(response: TestResponse) -> list[Any]:
    assert response.status_code == 200, response.text
    return [orjson.loads(line) for line in response.data.splitlines()]
