"""The manifest: what exists of a session's recording, never its payload."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from itertools import groupby
from typing import Any

import orjson

from otel_replay.sessions import clock, session
from otel_replay.sessions.blocks import block_size, in_blocks
from otel_replay.sessions.clock import ClockErrors
from otel_replay.sessions.gaps import Gap, Span, gaps
from otel_replay.sessions.layout import Row, Stretch, arrange
from otel_replay.storage.clickhouse import Database
from otel_replay.storage.queries import read_query


def manifest(database: Database, session_id: str, now_ms: int) -> dict[str, Any]:
    """The manifest in the API's shape. Raises NotFoundError."""
    row = session.find(database, session_id, now_ms)
    clock_errors = ClockErrors.of_row(row)
    parameters = {"id": session_id, **clock.parameters({session_id: clock_errors})}
    chunks = database.query(read_query(__package__, "manifest_chunks"), parameters)
    known = {
        tab["Tab"]: tab
        for tab in database.query(read_query(__package__, "manifest_tabs"), parameters)
    }
    start_ms = row["start_ms"]
    tabs = [
        {
            **_tab(tab, _stretches(list(rows), row["State"]), known.get(tab), start_ms),
            "clock_error_ms": clock_errors.of(tab),
        }
        for tab, rows in groupby(chunks, key=lambda chunk: chunk["Tab"])
    ]
    body = {
        "session_id": session_id,
        "state": row["State"],
        "start_ms": start_ms,
        "end_ms": row["end_ms"],
        "clock_error_ms": clock_errors.of_session,
        "tabs": sorted(tabs, key=lambda tab: (tab["start_offset_ms"], tab["id"])),
    }
    return {**body, "version": blake2b(orjson.dumps(body), digest_size=12).hexdigest()}


Stamp = tuple[int, int, int]


def stamp(database: Database, session_id: str) -> Stamp:
    """What stays the same for as long as the manifest does, at a tenth of its price or less.

    Read it before the manifest that it is to stand for: what comes in between then counts as new.
    """
    (row,) = database.query(read_query(__package__, "manifest_stamp"), {"id": session_id})
    return int(row["version"]), int(row["chunks"]), int(row["received_ms"])


def _stretches(rows: Sequence[Row], state: str) -> list[Stretch]:
    """The stretches of one tab, as recording.Recording has them."""
    end_seq = max(row["Seq"] + row["MoreSeqs"] for row in rows)
    return in_blocks(arrange(rows), block_size(len(rows), end_seq) if state == "finished" else 1)


def _tab(tab: str, stretches: Sequence[Stretch], known: Row | None, zero_ms: int) -> dict[str, Any]:
    """One tab; `stretches` in order of number, `known` a row of manifest_tabs.sql."""
    times = _times(stretches)
    return {
        "id": tab,
        "start_offset_ms": min(start_ms for start_ms, _ in times) - zero_ms,
        "end_offset_ms": max(end_ms for _, end_ms in times) - zero_ms,
        "url": known["url"] if known else "",
        "final": stretches[-1].rows[-1]["Final"],
        "chunks": {
            "seq": [stretch.seq for stretch in stretches],
            "start": [start_ms - zero_ms for start_ms, _ in times],
            "end": [end_ms - zero_ms for _, end_ms in times],
            "bytes": [stretch.total("StoredBytes") for stretch in stretches],
            "size": [stretch.total("Size") for stretch in stretches],
            "events": [stretch.events for stretch in stretches],
            "checkpoint": [stretch.seq for stretch in stretches if stretch.checkpoint],
        },
        "gaps": [_shown(gap, zero_ms) for gap in gaps(_spans(stretches, times), known)],
    }


def _times(stretches: Sequence[Stretch]) -> list[tuple[int, int]]:
    """Start and end of each; what was cut begins where the one before it ends."""
    times: list[tuple[int, int]] = []
    for stretch in stretches:
        first = stretch.rows[0]
        start_ms, end_ms = first["start_ms"], first["end_ms"]
        for row in stretch.rows[1:]:
            start_ms, end_ms = min(start_ms, row["start_ms"]), max(end_ms, row["end_ms"])
        if stretch.skip:
            start_ms = min(end_ms, max(start_ms, times[-1][1]))
        times.append((start_ms, end_ms))
    return times


def _spans(stretches: Sequence[Stretch], times: Sequence[tuple[int, int]]) -> list[Span]:
    return [
        Span(seq, end_seq, *time)
        for stretch, time in zip(stretches, times, strict=True)
        for seq, end_seq in stretch.spans()
    ]


def _shown(gap: Gap, zero_ms: int) -> dict[str, Any]:
    return {
        "from_seq": gap.from_seq,
        "to_seq": gap.to_seq,
        "start_offset_ms": gap.start_ms - zero_ms,
        "end_offset_ms": gap.end_ms - zero_ms,
        "reason": gap.reason,
    }
