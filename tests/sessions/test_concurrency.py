"""Who watches notices nothing of compaction: not of chunks that move, nor of blobs that go."""

from __future__ import annotations

import copy
import gzip
import random
import threading

import orjson
import pytest

from otel_replay.sessions import segments
from otel_replay.sessions.compactor import CompactionWorker
from otel_replay.sessions.garbage import Grace
from tests.support.recordings import DAY_S, decoded, finish, framed, frames, settle
from tests.support.sessions import World, new_id

READERS = 6
"""Every second one has what it reads listed before a move, and reads it after."""
SESSIONS = 2
LATE = 1
"""How often each session is reopened by chunks that come late."""
CHUNKS = 8
"""Each time."""
NO_GRACE = Grace(packs_s=0, objects_s=0)


@pytest.mark.timeout(400)
def test_no_read_fails_while_sessions_are_compacted_reopened_and_compacted_again(
    alone: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Segments of a few chunks: a seek meets several of them.
    monkeypatch.setattr(segments, "SEGMENT_BYTES", 1_000)
    monkeypatch.setattr(segments, "FULL_BYTES", 500)
    ids = [new_id() for _ in range(SESSIONS)]
    there = dict.fromkeys(ids, 0)
    """How many chunks of each session have been stored."""
    over, moved = threading.Event(), threading.Event()
    held: set[threading.Thread] = set()
    faults: list[str] = []
    reads: list[str] = []

    def seek(number: int) -> None:
        chance, reader = random.Random(number), copy.copy(alone)
        # Clients of tests are for one thread.
        reader.client = alone.new_client()
        while not over.is_set():
            session_id = chance.choice(ids)
            known = there[session_id]
            from_seq = chance.randrange(known)
            to_seq = min(known - 1, from_seq + chance.randrange(6))
            got = _read(reader, session_id, from_seq, to_seq, chance)
            if got != list(range(from_seq, to_seq + 1)):
                faults.append(f"{from_seq} to {to_seq} of {known}: {got}")
            reads.append(session_id)

    get = alone.blobs.get

    def late(key: str, start: int = 0, length: int | None = None) -> bytes:
        if threading.current_thread() in held:
            moved.wait()
        return get(key, start, length)

    monkeypatch.setattr(alone.blobs, "get", late)
    _deliver(alone, there)
    readers = [threading.Thread(target=seek, args=(number,)) for number in range(READERS)]
    held.update(readers[::2])
    for reader in readers:
        reader.start()
    objects: set[str] = set()
    try:
        for _ in range(LATE + 1):
            settle(alone)  # Live, for the readers.
            finish(alone)
            # A clock of its own, since for that one packs are old enough to go at once.
            worker = CompactionWorker(
                alone.database, alone.blobs, lambda: alone.clock() + DAY_S, grace=NO_GRACE
            )
            assert worker.run_once() == SESSIONS
            moved.set()
            objects |= {blob.key for blob in alone.blobs.list("sessions/")}
            enough = len(reads) + READERS
            while len(reads) < enough and all(map(threading.Thread.is_alive, readers)):
                over.wait(0.01)
            moved.clear()
            _deliver(alone, there)
    finally:
        over.set()
        moved.set()
        for reader in readers:
            reader.join()
    assert faults == []
    assert len(objects) == SESSIONS * (LATE + 1)
    assert len(list(alone.blobs.list("sessions/"))) == SESSIONS
    assert len(list(alone.blobs.list("packs/"))) == 1


def _deliver(world: World, there: dict[str, int]) -> None:
    """A pack with the next chunks of every session, in an hour of its own."""
    known = max(there.values())
    key = f"packs/2026-01-01/{known // CHUNKS:02d}/{new_id()}"
    rows, pack = [], b""
    for session_id in there:
        for seq in range(known, known + CHUNKS):
            payload = world.payload(seq)
            row = world.chunk_row(session_id, seq, payload=payload, blob=key)
            rows.append({**row, "Offset": len(pack), "Checkpoint": seq % 5 == 0})
            pack += payload
    world.blobs.put(key, pack)
    world.chunks(rows)
    there.update(dict.fromkeys(there, known + CHUNKS))


def _read(
    world: World, session_id: str, from_seq: int, to_seq: int, chance: random.Random
) -> list[int] | str:
    """The numbers that the chunks read in one of the ways say they have, or what went wrong."""
    encoding = chance.choice(["zstd", "gzip", "identity", ""])
    query = f"from_seq={from_seq}&to_seq={to_seq}"
    if not encoding:
        answer = world.get(f"sessions/{session_id}/replay?{query}")
        if answer.status_code != 200:
            return answer.text
        events = [orjson.loads(line)[0] for line in answer.data.splitlines()]
        return [event["data"].get("seq", str(event)) for event in events]
    found = []
    for header, payload in frames(decoded(framed(world, encoding, query, session_id))):
        if header["encoding"] == "gzip":
            payload = gzip.decompress(payload)
        (event,) = orjson.loads(payload)
        if event["data"]["seq"] != header["seq"]:
            return f"{event} in the frame {header}"
        if from_seq <= header["seq"] <= to_seq:
            found.append(header["seq"])
    return found
