"""The manifest: what exists of a session's recording, never its payload."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from itertools import groupby, pairwise
from typing import Any

import orjson

from otel_replay.sessions import session
from otel_replay.storage.clickhouse import Database
from otel_replay.storage.queries import read_query

Row = Mapping[str, Any]
MISSING = "missing"
DROP_SLACK_MS = 1_000
"""A drop is reported just before or after the time that lacks in the recording."""


def manifest(database: Database, session_id: str, now_ms: int) -> dict[str, Any]:
    """The manifest in the API's shape. Raises NotFoundError."""
    row = session.find(database, session_id, now_ms)
    parameters = {"id": session_id}
    chunks = database.query(read_query(__package__, "manifest_chunks"), parameters)
    known = {
        tab["Tab"]: tab
        for tab in database.query(read_query(__package__, "manifest_tabs"), parameters)
    }
    start_ms = row["start_ms"]
    tabs = [
        _tab(tab, list(rows), known.get(tab), start_ms)
        for tab, rows in groupby(chunks, key=lambda chunk: chunk["Tab"])
    ]
    body = {
        "session_id": session_id,
        "state": row["State"],
        "start_ms": start_ms,
        "end_ms": row["end_ms"],
        "tabs": sorted(tabs, key=lambda tab: (tab["start_offset_ms"], tab["id"])),
    }
    return {**body, "version": blake2b(orjson.dumps(body), digest_size=12).hexdigest()}


def _tab(tab: str, chunks: Sequence[Row], known: Row | None, zero_ms: int) -> dict[str, Any]:
    """One tab; `chunks` in order of sequence number, `known` a row of manifest_tabs.sql."""
    start_ms = min(chunk["start_ms"] for chunk in chunks)
    return {
        "id": tab,
        "start_offset_ms": start_ms - zero_ms,
        "end_offset_ms": max(chunk["end_ms"] for chunk in chunks) - zero_ms,
        "url": known["url"] if known else "",
        "final": chunks[-1]["Final"],
        "chunks": {
            "seq": [chunk["Seq"] for chunk in chunks],
            "start": [chunk["start_ms"] - zero_ms for chunk in chunks],
            "end": [chunk["end_ms"] - zero_ms for chunk in chunks],
            "bytes": [chunk["Length"] for chunk in chunks],
            "size": [chunk["Size"] for chunk in chunks],
            "events": [chunk["Events"] for chunk in chunks],
            "checkpoint": [chunk["Seq"] for chunk in chunks if chunk["Checkpoint"]],
        },
        "gaps": _gaps(chunks, known, zero_ms),
    }


def _gaps(chunks: Sequence[Row], known: Row | None, zero_ms: int) -> list[dict[str, Any]]:
    """Holes in the sequence, and the recorder's drops that made none, by time.

    A drop without a hole is an empty range: its `from_seq` is the chunk after it, its `to_seq` one
    less.
    """
    drops = list(known["drops"]) if known else []
    gaps = []
    for hole in _holes(chunks, known):
        named = [d for d in drops if _within(d[0], hole)]
        drops = [d for d in drops if d not in named]
        gaps.append({**hole, "reason": named[0][1] if named else MISSING})
    gaps += [_empty_gap(chunks, time_ms, reason) for time_ms, reason in drops]
    gaps.sort(key=lambda gap: (gap["start_ms"], gap["from_seq"]))
    return [_shown(gap, zero_ms) for gap in gaps]


def _holes(chunks: Sequence[Row], known: Row | None) -> list[dict[str, Any]]:
    holes = []
    first = chunks[0]
    if first["Seq"] > 0:
        opened_ms = min(known["start_ms"], first["start_ms"]) if known else first["start_ms"]
        holes.append(_hole(0, first["Seq"] - 1, opened_ms, first["start_ms"]))
    for before, after in pairwise(chunks):
        if after["Seq"] > before["Seq"] + 1:
            seqs = before["Seq"] + 1, after["Seq"] - 1
            holes.append(_hole(*seqs, before["end_ms"], after["start_ms"]))
    return holes


def _hole(from_seq: int, to_seq: int, start_ms: int, end_ms: int) -> dict[str, Any]:
    return {"from_seq": from_seq, "to_seq": to_seq, "start_ms": start_ms, "end_ms": end_ms}


def _within(time_ms: int, hole: Row) -> bool:
    return bool(hole["start_ms"] - DROP_SLACK_MS <= time_ms <= hole["end_ms"] + DROP_SLACK_MS)


def _empty_gap(chunks: Sequence[Row], time_ms: int, reason: str) -> dict[str, Any]:
    following = (chunk["Seq"] for chunk in chunks if chunk["start_ms"] > time_ms)
    seq = next(following, chunks[-1]["Seq"] + 1)
    return {**_hole(seq, seq - 1, time_ms, time_ms), "reason": reason}


def _shown(gap: Row, zero_ms: int) -> dict[str, Any]:
    return {
        "from_seq": gap["from_seq"],
        "to_seq": gap["to_seq"],
        "start_offset_ms": gap["start_ms"] - zero_ms,
        "end_offset_ms": gap["end_ms"] - zero_ms,
        "reason": gap["reason"],
    }
