"""Reads a trace: its spans, its log records, and what can be said of it as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import orjson

from otel_replay.erasure.tombstones import erased_trace
from otel_replay.errors import NotFoundError
from otel_replay.sessions import clock
from otel_replay.sessions.clock import ClockErrors
from otel_replay.sessions.times import ms
from otel_replay.storage.clickhouse import Database
from otel_replay.storage.queries import read_query
from otel_replay.traces.tree import forest, forest_json

MAX_SPANS = 10_000
MAX_LOGS = 2_000
_SLACK_S = 3_600
"""How far around its spans a trace's other records are looked for."""
_EVER = {"from_ns": 0, "to_ns": 2**63 - 1}


@dataclass(frozen=True)
class Trace:
    """All there is of a trace, but for its sessions; rows in the API's shapes."""

    trace_id: str
    start_ns: int
    end_ns: int
    """End of the last span; of a trace of nothing but logs, the last of these."""
    spans: list[dict[str, Any]]
    """Flat, by start."""
    logs: list[dict[str, Any]]
    truncated: bool
    first_ns: Mapping[str, int]
    """When the first record of each session in it was made."""

    def json(self, sessions: Sequence[Mapping[str, Any]]) -> bytes:
        """The trace in the API's shape."""
        head = orjson.dumps({"trace_id": self.trace_id, **self._extent(), **self._counts()})
        tail = orjson.dumps({"logs": self.logs, "sessions": list(sessions)})
        spans = forest_json(forest(self.spans))
        return head[:-1] + b',"spans":' + spans + b"," + tail[1:]

    def _extent(self) -> dict[str, Any]:
        return {
            "start_ms": ms(self.start_ns),
            "end_ms": ms(self.end_ns),
            "duration_ms": ms(self.end_ns - self.start_ns),
        }

    def _counts(self) -> dict[str, Any]:
        return {
            "span_count": len(self.spans),
            "error_count": sum(span["status"] == "Error" for span in self.spans),
            "truncated": self.truncated,
            "services": services(self.spans),
        }


def services(spans: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The services in the order in which they appear, each with its counts."""
    found: dict[str, dict[str, Any]] = {}
    for span in spans:
        name = span["service"]
        service = found.setdefault(name, {"name": name, "spans": 0, "errors": 0})
        service["spans"] += 1
        service["errors"] += span["status"] == "Error"
    return list(found.values())


def read_trace(database: Database, trace_id: str, clock_errors: Mapping[str, ClockErrors]) -> Trace:
    """Reads a trace by its id (32 lower-case hex), with all times by our clock.

    `clock_errors` are those of the sessions that it belongs to. Raises NotFoundError.
    """
    parameters = {"id": trace_id, **clock.parameters(clock_errors)}
    spans, logs = _records(database, {**parameters, **_window(database, parameters)})
    if not spans and not logs:
        # Windows are kept in seconds of 32 bits: a time after 2106 lies elsewhere.
        spans, logs = _records(database, {**parameters, **_EVER})
    # A service may have sent late spans of a trace whose sessions were all erased.
    gone = not clock_errors and erased_trace(database, trace_id)
    if gone or (not spans and not logs):
        raise _unknown(trace_id)
    return Trace(
        trace_id,
        *_extent_ns(spans, logs),
        [_span(row) for row in spans[:MAX_SPANS]],
        [_log(row) for row in logs[:MAX_LOGS]],
        truncated=len(spans) > MAX_SPANS or len(logs) > MAX_LOGS,
        first_ns=_first_ns(spans, logs),
    )


def _records(
    database: Database, parameters: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Spans and logs."""
    return (
        _rows(database, "spans", parameters, MAX_SPANS),
        _rows(database, "logs", parameters, MAX_LOGS),
    )


def _rows(
    database: Database, name: str, parameters: Mapping[str, Any], most: int
) -> list[dict[str, Any]]:
    return database.query(read_query(__package__, name), {**parameters, "limit": most + 1})


def _window(database: Database, parameters: Mapping[str, Any]) -> dict[str, int]:
    """The times (ns) between which records of the trace lie, so that few days are read.

    What is known of them is by their senders' clocks, the browser's among them.
    """
    for name in ("trace_window", "trace_window_of_logs"):
        row = database.query(read_query(__package__, name), {"id": parameters["id"]})[0]
        if row["found"]:
            return {
                "from_ns": max(0, _ns(row["start_s"] - _SLACK_S, -parameters["ahead_ms"])),
                "to_ns": _ns(row["end_s"] + _SLACK_S, -parameters["behind_ms"]),
            }
    raise _unknown(parameters["id"])


def _ns(seconds: int, ms: int) -> int:
    return seconds * 10**9 + ms * 10**6


def _first_ns(*kinds: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """The first moment of each session that spans or logs name."""
    first: dict[str, int] = {}
    for row in chain(*kinds):
        time_ns = row["start_ns"] if "start_ns" in row else row["time_ns"]
        session_id = row["SessionId"]
        first[session_id] = min(time_ns, first.get(session_id, time_ns))
    return first


def _extent_ns(
    spans: Sequence[Mapping[str, Any]], logs: Sequence[Mapping[str, Any]]
) -> tuple[int, int]:
    """Start and end."""
    times = [(row["start_ns"], row["start_ns"] + row["duration_ns"]) for row in spans]
    times = times or [(row["time_ns"], row["time_ns"]) for row in logs]
    return min(start for start, _ in times), max(end for _, end in times)


def _unknown(trace_id: str) -> NotFoundError:
    return NotFoundError(f"nothing was received of a trace {trace_id!r}")


def _span(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "span_id": row["SpanId"],
        "parent_span_id": row["ParentSpanId"],
        "name": row["SpanName"],
        "kind": row["SpanKind"],
        "service": row["ServiceName"],
        "scope": row["ScopeName"],
        "start_ms": ms(row["start_ns"]),
        "duration_ms": ms(row["duration_ns"]),
        "status": row["StatusCode"],
        "status_message": row["StatusMessage"],
        "session_id": row["SessionId"],
        "attributes": row["SpanAttributes"],
        "resource": row["ResourceAttributes"],
        "events": [
            {"t_ms": ms(time_ns), "name": name, "attributes": attributes}
            for time_ns, name, attributes in zip(
                row["event_times"], row["event_names"], row["event_attributes"], strict=True
            )
        ],
        "links": [
            {"trace_id": trace_id, "span_id": span_id, "attributes": attributes}
            for trace_id, span_id, attributes in zip(
                row["link_traces"], row["link_spans"], row["link_attributes"], strict=True
            )
        ],
    }


def _log(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "t_ms": ms(row["time_ns"]),
        "severity": row["severity"],
        "service": row["ServiceName"],
        "body": row["Body"],
        "span_id": row["SpanId"],
        "event_name": row["event_name"],
        "attributes": row["LogAttributes"],
    }
