"""Puts rrweb events together from the pieces that senders cut them into."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import orjson

from otel_replay.errors import InvalidDataError
from otel_replay.sessions.parts import is_too_deep
from otel_replay_receivers.formats.fields import MAX_MS

FULL_SNAPSHOT = 2
META = 4
_SNAPSHOT_BEGINS = b'{"type":2,'
# As rrweb writes an event: the data, which may nest deeply, between the two.
_DEEP = re.compile(rb'\{"type":(\d),"data":\{.*\},"timestamp":(\d{1,13})\}', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Piece:
    """One log record: a whole event, or a piece of one."""

    seq: int
    number: int
    """Which piece of its event, from 1 on."""
    total: int
    time_ms: int
    text: bytes


@dataclass(frozen=True, slots=True)
class Event:
    """A whole event, or one piece of an event of which others are missing here."""

    seq: int
    width: int
    """Sequence numbers that it takes up."""
    type: int | None
    """rrweb's type, as far as it can be told."""
    time_ms: int
    text: bytes
    number: int = 0
    """Which piece; 0 for a whole event."""
    total: int = 0


def assemble(pieces: Sequence[Piece], problems: list[str]) -> list[Event]:
    """Events in order, each once; adds to `problems` for each record of one that is no event."""
    by_seq = {piece.seq: piece for piece in reversed(pieces)}
    events: list[Event] = []
    for _, group in groupby(sorted(by_seq.values(), key=lambda p: p.seq), key=_begin):
        of_one = list(group)
        if len(of_one) < of_one[0].total:
            events += map(_fragment, of_one)
            continue
        try:
            events.append(_whole(of_one))
        except InvalidDataError as exc:
            problems += [str(exc)] * len(of_one)
    return events


def _begin(piece: Piece) -> tuple[int, int]:
    """Equal for the pieces of one event."""
    return piece.seq - piece.number, piece.total


def _whole(pieces: Sequence[Piece]) -> Event:
    text = b"".join(piece.text for piece in pieces)
    kind, time_ms = _checked(text)
    return Event(pieces[0].seq, len(pieces), kind, time_ms, text)


def _checked(text: bytes) -> tuple[int, int]:
    """Type and time of an event. Raises InvalidDataError: one bad text would spoil its run."""
    try:
        event = orjson.loads(text)
    except orjson.JSONDecodeError as exc:
        if is_too_deep(exc) and (deep := _DEEP.fullmatch(text)):
            return int(deep[1]), int(deep[2])
        raise InvalidDataError(f"the body of a replay log is not JSON: {exc}") from exc
    kind, time = (event.get("type"), event.get("timestamp")) if isinstance(event, dict) else (0, 0)
    if not isinstance(kind, int) or not isinstance(time, (int, float)) or not 0 < time <= MAX_MS:
        raise InvalidDataError(
            "the body of a replay log is no rrweb event: expected an object with type and timestamp"
        )
    return kind, int(time)


def _fragment(piece: Piece) -> Event:
    begins_snapshot = piece.number == 1 and piece.text.startswith(_SNAPSHOT_BEGINS)
    kind = FULL_SNAPSHOT if begins_snapshot else None
    return Event(piece.seq, 1, kind, piece.time_ms, piece.text, piece.number, piece.total)


def consecutive(events: Sequence[Event]) -> Iterator[tuple[Event | None, Event]]:
    """Each event with the one that it follows without a hole, if there is one."""
    before: Event | None = None
    for event in events:
        joins = before is not None and before.seq + before.width == event.seq
        yield (before if joins else None), event
        before = event
