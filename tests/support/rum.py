"""Replay logs as HyperDX's recorder sends them: an rrweb event, or a piece of one, per record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from tests.support.otlp import logs_request

Event = dict[str, Any]
Record = dict[str, Any]
SCOPE = "rum.rr-web"
ZERO_MS = 1_790_000_000_000


def event(number: int, kind: int = 3, **data: Any) -> Event:
    """An rrweb event, `number` tenths of a second after the first one."""
    return {"type": kind, "data": {"number": number, **data}, "timestamp": ZERO_MS + 100 * number}


def recording(length: int, snapshot: int = 0, **data: Any) -> list[Event]:
    """Events of a page: what precedes it, Meta and full snapshot at `snapshot`, then increments."""
    kinds = {snapshot: 4, snapshot + 1: 2}
    return [event(i, kinds.get(i, 3), **(data if i == snapshot + 1 else {})) for i in range(length)]


def records(events: Sequence[Event], limit: int = 950 * 1024) -> list[Record]:
    """The log records of the events, cut after every `limit` bytes of JSON."""
    return [
        {
            "time_unix_nano": event["timestamp"] * 1_000_000,
            "attributes": {
                "rr-web.offset": float(offset),
                "rr-web.event": float(number),
                "rr-web.chunk": float(piece),
                "rr-web.total-chunks": float(total),
            },
            "body": text,
        }
        for offset, (event, number, piece, total, text) in enumerate(_cut(events, limit), 1)
    ]


def _cut(events: Sequence[Event], limit: int) -> Iterator[tuple[Event, int, int, int, str]]:
    for number, event in enumerate(events, 1):
        text = orjson.dumps(event)
        pieces = [text[i : i + limit] for i in range(0, len(text), limit)]
        for piece, part in enumerate(pieces, 1):
            # Like the recorder, which decodes each piece by itself.
            yield event, number, piece, len(pieces), part.decode(errors="replace")


def request(
    records: Sequence[Record], session_id: str, tab: str = "5c41", scope: str = SCOPE, **more: str
) -> ExportLogsServiceRequest:
    """An export request of one page load."""
    resource = {
        "service.name": "shop-web",
        "telemetry.sdk.language": "webjs",
        "rum.sessionId": session_id,
        "rum.scriptInstance": tab,
        **more,
    }
    return logs_request(records, resource, scope)
