"""Replay logs of HyperDX's and Splunk's recorders: an rrweb event, or a piece of one, per record.

`rr-web.offset` numbers the records of one page load from 1 on; an event of more than about a
megabyte is cut into `rr-web.total-chunks` records with successive offsets. All numbers come as
doubles (docs/reference/other-recorders.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from otel_replay import semconv
from otel_replay.errors import InvalidDataError
from otel_replay.sessions.chunks import Chunk
from otel_replay_receivers.formats.events import Event, Piece, assemble
from otel_replay_receivers.formats.fields import (
    MAX_MS,
    MAX_SEQ,
    SESSION_ID,
    TAB,
    integer,
    text,
    texts,
)
from otel_replay_receivers.formats.runs import Run, compressed, runs_of
from otel_replay_receivers.formats.taken import Taken

_SESSION_NAMES = (semconv.SESSION_ID, semconv.RUM_SESSION_ID, semconv.SPLUNK_SESSION_ID)
_TAB_NAMES = (semconv.RUM_SCRIPT_INSTANCE, semconv.SPLUNK_SCRIPT_INSTANCE)
_MAX_PIECES = 10_000
_EARLIER = "-earlier"
_OWN_ENGINE = (
    "Splunk's recorder sent a segment of its own engine, which is not rrweb: it cannot be replayed;"
    " record with otel-replay's SDK beside Splunk's agent instead"
)


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose records they are."""

    session_id: str
    tab: str
    attributes: Mapping[str, str]


def take(records: Sequence[Any], resource: Any, received_ms: int) -> Taken:
    """Makes chunks of the records, whatever their order; all of them are replay data."""
    taken = Taken()
    try:
        sender = _sender(resource)
    except InvalidDataError as exc:
        taken.problems += [str(exc)] * len(records)
        return taken
    pieces = _pieces(records, taken.problems)
    current, earlier = _apart(pieces)
    for found, suffix in ((current, ""), (earlier, _EARLIER)):
        tab = sender.tab[: 64 - len(suffix)] + suffix
        for run in runs_of(assemble(found, taken.problems)):
            taken.chunks.append(_chunk(run, sender, tab, received_ms))
    return taken


def _sender(resource: Any) -> Sender:
    attributes = texts(resource.attributes)
    session_id = next((attributes[n] for n in _SESSION_NAMES if attributes.get(n)), "")
    if not SESSION_ID.fullmatch(session_id):
        raise InvalidDataError(
            f"a replay log names no session: resource attribute {semconv.RUM_SESSION_ID} is"
            f" {session_id[:64]!r}: expected {SESSION_ID.pattern}"
        )
    instances = (attributes.get(name, "") for name in _TAB_NAMES)
    tab = next(filter(TAB.fullmatch, instances), session_id.replace(".", "_")[:64])
    return Sender(session_id, tab, attributes)


def _pieces(records: Sequence[Any], problems: list[str]) -> list[Piece]:
    pieces = []
    for record in records:
        try:
            pieces.append(_piece(record))
        except InvalidDataError as exc:
            problems.append(str(exc))
    return pieces


def _piece(record: Any) -> Piece:
    values = {a.key: _number(a.value) for a in record.attributes}
    if semconv.SPLUNK_SEGMENT_METADATA in values:
        raise InvalidDataError(_OWN_ENGINE)
    body = text(record.body).encode()
    if not body:
        raise InvalidDataError("the body of a replay log must be text: the JSON of an rrweb event")
    total = integer(values, semconv.RR_WEB_TOTAL_CHUNKS, _MAX_PIECES, 1)
    number = integer(values, semconv.RR_WEB_CHUNK, total, 1)
    # Senders that cut nothing may number the events only.
    counter = semconv.RR_WEB_OFFSET
    if counter not in values and total == 1:
        counter = semconv.RR_WEB_EVENT
    return Piece(
        seq=integer(values, counter, MAX_SEQ, number) - 1,
        number=number,
        total=total,
        time_ms=_time_ms(record.time_unix_nano),
        text=body,
    )


def _time_ms(nanoseconds: int) -> int:
    """HyperDX sends doubles, with room for microseconds only; Splunk sends milliseconds."""
    if nanoseconds < MAX_MS:
        return nanoseconds
    return min(MAX_MS, round(nanoseconds / 1_000_000))


def _number(value: Any) -> Any:
    """The value; text that is a number as one, because some senders have only strings."""
    digits = value.string_value
    if digits.isdecimal() and len(digits) < 16:
        value.int_value = int(digits)
    return value


def _apart(pieces: Sequence[Piece]) -> tuple[list[Piece], list[Piece]]:
    """The pieces, and those that belong to the session before.

    When a session gives way to the next one, the recorder counts from 1 again, and sends what still
    waits under the new session's id: their numbers will come a second time.
    """
    start = next((i for i, piece in enumerate(pieces) if piece.seq == 0), 0)
    first = pieces[start] if pieces else None
    current: list[Piece] = []
    earlier: list[Piece] = []
    for index, piece in enumerate(pieces):
        before = first is not None and index < start and piece.time_ms < first.time_ms
        (earlier if before else current).append(piece)
    return current, earlier


def _chunk(run: Run, sender: Sender, tab: str, received_ms: int) -> Chunk:
    last_ms = max(event.time_ms for event in run.events)
    first: Event = run.events[0]
    text_of_run = run.json
    return Chunk(
        session_id=sender.session_id,
        tab=tab,
        seq=first.seq,
        start_ms=min(event.time_ms for event in run.events),
        end_ms=last_ms,
        events=run.whole_events,
        checkpoint=run.checkpoint,
        final=False,
        encoding="gzip",
        size_bytes=len(text_of_run),
        payload=compressed(text_of_run),
        # They do not say when they send: not before the last event.
        sent_ms=last_ms,
        received_ms=received_ms,
        service_name=sender.attributes.get(semconv.SERVICE_NAME, ""),
        user_id=sender.attributes.get(semconv.USER_ID, ""),
        resource_attributes=sender.attributes,
        more_seqs=run.more_seqs,
        widths=run.widths,
        piece=first.number,
        pieces=first.total,
    )
