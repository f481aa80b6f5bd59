"""In whatever groups and order records come: each is there once, and what lacks is a gap."""

from __future__ import annotations

from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from otel_replay.errors import DamagedBlobError
from otel_replay.sessions.blocks import in_blocks
from otel_replay.sessions.chunks import Chunk
from otel_replay.sessions.layout import Stretch, arrange
from otel_replay.sessions.parts import Block, joined
from otel_replay_receivers.formats.taking import take_chunks
from tests.support.rum import Event, event, records, request

Stored = dict[tuple[int, int], dict[str, Any]]


def store(rows: Stored, message: ExportLogsServiceRequest) -> None:
    """As the table does: the row that came last is the one of its key."""
    chunks, problems = take_chunks(message, 0)
    assert problems == []
    rows.update({(chunk.seq, chunk.more_seqs): _row(chunk) for chunk in chunks})


def _row(chunk: Chunk) -> dict[str, Any]:
    return {
        "Seq": chunk.seq,
        "MoreSeqs": chunk.more_seqs,
        "Widths": chunk.widths,
        "Piece": chunk.piece,
        "Pieces": chunk.pieces,
        "Events": chunk.events,
        "Checkpoint": chunk.checkpoint,
        "payload": chunk.payload,
    }


def played(stretches: list[Stretch]) -> list[Event]:
    events = []
    for stretch in stretches:
        blocks = [Block("gzip", row["Piece"] > 0, row["payload"]) for row in stretch.rows]
        try:
            events += orjson.loads(joined(blocks, stretch.skip, stretch.lacking))
        except DamagedBlobError:
            assert stretch.lacking
    return events


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[Event], list[int], list[list[int]]]:
    """Events, their numbers of pieces, and requests as lists of record numbers."""
    lengths = draw(st.lists(st.sampled_from([0, 0, 0, 60, 160]), min_size=1, max_size=14))
    kinds = [draw(st.sampled_from([3, 3, 3, 4, 2])) for _ in lengths]
    events = [event(i, kinds[i], html="x" * length) for i, length in enumerate(lengths)]
    count = len(records(events, 100))
    some = st.lists(st.integers(0, count - 1), min_size=1, max_size=count)
    run = st.tuples(st.integers(0, count - 1), st.integers(1, count)).map(
        lambda t: list(range(t[0], min(count, t[0] + t[1])))
    )
    widths = [len(records([one], 100)) for one in events]
    return events, widths, draw(st.lists(st.one_of(some, run, run), min_size=1, max_size=6))


@settings(max_examples=200, deadline=None)
@given(deliveries(), st.sampled_from([1, 4, 16]))
def test_what_came_is_there_once_and_what_lacks_is_a_gap(
    delivery: tuple[list[Event], list[int], list[list[int]]], block: int
) -> None:
    events, widths, requests = delivery
    items = records(events, 100)
    rows: Stored = {}
    for numbers in requests:
        # A second record with the first number later in time would be the next session's.
        ordered = sorted(numbers) if 0 in numbers else numbers
        store(rows, request([items[number] for number in ordered], "5e55"))
    came = {number for numbers in requests for number in numbers}
    starts = [sum(widths[:i]) for i in range(len(widths))]
    whole = [
        one
        for one, start, width in zip(events, starts, widths, strict=True)
        if came >= set(range(start, start + width))
    ]
    stretches = in_blocks(arrange([rows[key] for key in sorted(rows)]), block)
    assert played(stretches) == whole
    spans = [seq for one in stretches for a, b in one.spans() for seq in range(a, b + 1)]
    assert sorted(spans) == sorted(came)
