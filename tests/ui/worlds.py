"""What the tests' API serves: sessions with their parts, events and traces, in plain data.

The shop's recording is genuine (record_fixture.py); traces are made to fit its requests. ``World``
can be changed by a test: take a part away, damage one, add hostile rows.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data" / "shop.json.gz"

Json = dict[str, Any]

SHOP_ID = "5e551011" + "0" * 24
CHUNK_MS = 2000


@dataclass
class Part:
    """One stored chunk. ``error`` is what the server says instead of its payload."""

    seq: int
    events: list[Json]
    error: str | None = None

    @property
    def start(self) -> float:
        """Time of the first event, ms since the epoch."""
        return float(self.events[0]["timestamp"])

    @property
    def end(self) -> float:
        """Time of the last event."""
        return float(max(event["timestamp"] for event in self.events))

    @property
    def checkpoint(self) -> bool:
        """Playback can start here."""
        return bool(self.events[0]["type"] == 4)

    def payload(self) -> bytes:
        """The part as it is stored."""
        return gzip.compress(json.dumps(self.events).encode(), 1)


@dataclass
class Session:
    """A session with its tabs (id to parts), what happened, and its traces."""

    row: Json
    tabs: dict[str, list[Part]] = field(default_factory=dict)
    events: list[Json] = field(default_factory=list)
    traces: dict[str, Json] = field(default_factory=dict)
    pages: list[Json] = field(default_factory=list)
    version: int = 1
    left: bool = False
    """Every page was left; the session may be live all the same."""
    page_size: int = 10_000
    """How many events an answer has at most."""
    tab_clock_errors: dict[str, float] = field(default_factory=dict)
    """What the manifest says of tabs whose clocks differed from the session's."""
    ahead_ms: float = 0
    """How far the clock was ahead by which the parts were recorded; all else is by the server's."""

    @property
    def id(self) -> str:
        """The session id."""
        return str(self.row["id"])

    @property
    def start_ms(self) -> float:
        """Start of the session, ms since the epoch."""
        return float(self.row["start_ms"])


@dataclass
class World:
    """All sessions, newest first."""

    sessions: list[Session]
    traces: dict[str, Json] = field(default_factory=dict)
    status: Json = field(default_factory=lambda: busy_status())
    """Traces that belong to no session."""

    def session(self, session_id: str) -> Session | None:
        """Find by id."""
        return next((each for each in self.sessions if each.id == session_id), None)

    def trace(self, trace_id: str) -> Json | None:
        """Find a trace in any session."""
        for session in self.sessions:
            if trace_id in session.traces:
                return session.traces[trace_id]
        return self.traces.get(trace_id)


@lru_cache(maxsize=1)
def recording() -> Json:
    """The shop's recording: ``tabs``, ``notes``, ``probes``."""
    content: Json = json.loads(gzip.decompress(DATA.read_bytes()))
    return content


def to_parts(events: list[Json]) -> list[Part]:
    """Cut as the recorder does: every two seconds, and before each snapshot."""
    parts: list[Part] = []
    for event in events:
        starts_snapshot = event["type"] == 4
        full = parts and event["timestamp"] - parts[-1].start > CHUNK_MS
        if not parts or starts_snapshot or (full and event["type"] != 2):
            parts.append(Part(len(parts), []))
        parts[-1].events.append(event)
    return parts


def real_events(events: list[Json]) -> list[Json]:
    """Without what comes before the first snapshot: DomContentLoaded cannot be played."""
    first = next(index for index, event in enumerate(events) if event["type"] == 4)
    return events[first:]


def shop() -> Session:
    """The recorded visit to the shop, fresh for each caller to change."""
    recorded = json.loads(json.dumps(recording()))
    tabs = {tab: to_parts(real_events(events)) for tab, events in recorded["tabs"].items()}
    start = min(parts[0].start for parts in tabs.values())
    end = max(parts[-1].end for parts in tabs.values())
    session = Session(row=session_row(SHOP_ID, start, end), tabs=tabs)
    for index, note in enumerate(recorded["notes"]):
        session.events.append(note_row(session, index, note))
    add_traces(session)
    session.events.sort(key=lambda row: row["t_ms"])
    count_up(session)
    return session


def set_clock(session: Session, ahead_ms: float) -> None:
    """Records the session anew, by a clock that was ahead by so much; the server knows of it."""
    for parts in session.tabs.values():
        for part in parts:
            for event in part.events:
                event["timestamp"] += ahead_ms - session.ahead_ms
    session.ahead_ms = ahead_ms
    session.row["clock_error_ms"] = ahead_ms
    for trace in session.traces.values():
        trace["sessions"][0]["clock_error_ms"] = ahead_ms


def session_row(session_id: str, start: float, end: float, **changes: Any) -> Json:
    """A Session as the API says it; ``changes`` replace fields."""
    row: Json = {
        "id": session_id, "state": "finished", "previous_id": None,
        "start_ms": start, "end_ms": end, "duration_ms": end - start,
        "active_ms": (end - start) * 0.6, "clock_error_ms": 0,
        "user": {"id": "u-1815", "name": "Ada Lovelace", "email": "ada@example.com"},
        "service": "shop-web", "environment": "demo", "release": "1.4.2",
        "browser": "Chrome 156", "os": "Linux", "device": "desktop",
        "first_url": "https://shop.example/", "last_url": "https://shop.example/checkout",
        "entry_page": "https://shop.example/", "exit_page": "https://shop.example/checkout",
        "counts": dict.fromkeys(
            ["pages", "clicks", "key_presses", "rage_clicks", "dead_clicks", "errors",
             "backend_errors", "requests", "failed_requests", "console_errors", "traces",
             "tabs", "chunks", "events"], 0),
        "has_replay": True, "gaps": 0, "payload_bytes": 0, "activity": [],
    }  # fmt: skip
    return row | changes


KIND_COUNTED = {
    "pages": "navigation", "clicks": "click", "rage_clicks": "rage_click",
    "dead_clicks": "dead_click", "errors": "error",
    "backend_errors": "backend_error", "requests": "request",
}  # fmt: skip


def count_up(session: Session) -> None:
    """Derive the row's counts from the rest."""
    counts = session.row["counts"]
    for name, kind in KIND_COUNTED.items():
        counts[name] = sum(row["kind"] == kind for row in session.events)
    parts = [part for tab in session.tabs.values() for part in tab]
    counts["failed_requests"] = sum((row["status"] or 0) >= 400 for row in session.events)
    counts["traces"] = len(session.traces)
    counts["tabs"] = len(session.tabs)
    counts["chunks"] = len(parts)
    counts["events"] = sum(len(part.events) for part in parts)
    session.row["payload_bytes"] = sum(len(part.payload()) for part in parts)
    session.row["activity"] = activity(session, 32)


def activity(session: Session, buckets: int) -> list[int]:
    """Events per stretch of the session."""
    result = [0] * buckets
    for parts in session.tabs.values():
        for part in parts:
            for event in part.events:
                share = (event["timestamp"] - session.start_ms) / session.row["duration_ms"]
                result[min(buckets - 1, max(0, int(share * buckets)))] += 1
    return result


def event_row(session: Session, ident: str, t_ms: float, kind: str, **changes: Any) -> Json:
    """A row of the events list."""
    row: Json = {
        "id": ident, "t_ms": t_ms, "offset_ms": t_ms - session.start_ms, "kind": kind,
        "name": "", "source": "browser", "tab": "", "title": "", "severity": "INFO", "status": None,
        "duration_ms": None, "service": "shop-web", "trace_id": "", "span_id": "",
        "attributes": {},
    }  # fmt: skip
    return row | changes


def note_row(session: Session, index: int, note: Json) -> Json:
    """A recorded note in the words of the API."""
    kind = note["kind"]
    changes: Json = {"tab": note["tab"], "title": note["title"]}
    attributes: Json = {}
    if kind == "navigation":
        attributes = {"url.full": note["url"], "browser.navigation.type": "load"}
        changes["title"] = note["url"]
    elif kind == "click":
        attributes = {"browser.css_selector": note["selector"]}
        changes["title"] = note["title"] or note["selector"]
    elif kind == "console":
        attributes = {"browser.console.method": note["level"]}
        changes["severity"] = {"error": "ERROR", "warn": "WARN"}.get(note["level"], "INFO")
    elif kind == "error":
        kind_and_text = note["title"].removeprefix("Uncaught ").split(": ", 1)
        attributes = {"exception.type": kind_and_text[0], "exception.message": kind_and_text[-1],
                      "exception.stacktrace": note["stack"]}  # fmt: skip
        changes |= {"severity": "ERROR", "title": ": ".join(kind_and_text)}
    elif kind == "request":
        attributes = {"url.full": note["url"], "http.request.method": note["method"]}
        changes |= {"status": note["status"], "duration_ms": note["duration"],
                    "trace_id": f"{0xabc000 + index:032x}", "span_id": f"{0xb00 + index:016x}",
                    "severity": "ERROR" if note["status"] >= 400 else "INFO"}  # fmt: skip
    changes["attributes"] = attributes
    return event_row(session, f"e{index}", note["t"], kind, **changes)


def add_signals(session: Session) -> None:
    """Rage and dead clicks, long tasks, web vitals and events of the page's own."""
    tab = next(iter(session.tabs))
    button = {"browser__element__text": "Place order", "browser__css_selector": "button#order"}

    def add(offset_ms: float, name: str, kind: str = "custom", **attributes: str) -> None:
        named = {key.replace("__", "."): value for key, value in attributes.items()}
        session.events.append(event_row(
            session, f"s{offset_ms:g}", session.start_ms + offset_ms, kind, tab=tab,
            title=name, name=name, attributes=named))  # fmt: skip

    add(19_200, "Place order", "rage_click", browser__click__count="4", **button)
    add(18_300, "Place order", "dead_click", **button)
    add(400, "browser.long_task", browser__long_task__duration="84.2")
    add(13_100, "browser.long_task", browser__long_task__duration="412")
    vitals = [(900, "LCP", "1240.5", "good"), (950, "CLS", "0.21", "needs-improvement"),
              (13_700, "INP", "610", "poor")]  # fmt: skip
    for at_ms, name, value, rating in vitals:
        add(at_ms, f"{name} {value}", "vital", browser__web_vital__name=name,
            browser__web_vital__value=value, browser__web_vital__rating=rating)  # fmt: skip
    add(8_900, "cart.added", sku="kettle")
    session.events.sort(key=lambda row: row["t_ms"])


TRACEBACK = """Traceback (most recent call last):
  File "/srv/inventory/app.py", line 61, in reserve
    discount = price_of(order) / coupon.uses_left
ZeroDivisionError: division by zero

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/inventory/app.py", line 64, in reserve
    raise CouponError(coupon.code) from exc
inventory.errors.CouponError: BROKEN"""


def add_traces(session: Session) -> None:
    """A backend trace for each request; the failing one fails two services down."""
    for row in list(session.events):
        if row["kind"] == "request":
            trace = make_trace(session, row)
            session.traces[row["trace_id"]] = trace
            session.events.extend(backend_errors(session, trace))


def span(ident: str, parent: str, name: str, kind: str, service: str, start: float,
         duration: float, **changes: Any) -> Json:  # fmt: skip
    """One span of a trace."""
    row: Json = {
        "span_id": ident, "parent_span_id": parent, "name": name, "kind": kind,
        "service": service, "scope": "demo", "start_ms": start, "duration_ms": duration,
        "status": "Unset", "status_message": "", "session_id": "", "orphan": False,
        "attributes": {}, "resource": {"service.name": service, "service.version": "1.4.2",
                                       "host.name": f"{service}-7d9f"},
        "events": [], "links": [], "children": [],
    }  # fmt: skip
    return row | changes


def make_trace(session: Session, request: Json) -> Json:
    """The spans and logs behind one request of the browser."""
    start, length = request["t_ms"], request["duration_ms"]
    failed = (request["status"] or 0) >= 400
    ident = request["trace_id"]
    path = request["attributes"]["url.full"].removeprefix("https://shop.example")
    error = {"status": "Error", "status_message": "502 Bad Gateway"} if failed else {}

    def sid(number: int) -> str:
        return f"{int(ident, 16) * 16 + number:016x}"[-16:]

    query = span(sid(5), sid(4), "SELECT coupons", "Client", "inventory",
                 start + length * 0.36, length * 0.22,
                 attributes={"db.system.name": "sqlite",
                             "db.query.text": "SELECT * FROM coupons WHERE code = ?"})  # fmt: skip
    reserve = span(sid(4), sid(3), "POST /reserve", "Server", "inventory",
                   start + length * 0.3, length * 0.45,
                   children=[query], attributes={"http.route": "/reserve"})  # fmt: skip
    if failed:
        reserve |= {"status": "Error", "status_message": "CouponError: BROKEN"}
        reserve["events"] = [{
            "t_ms": start + length * 0.66, "name": "exception",
            "attributes": {"exception.type": "inventory.errors.CouponError",
                           "exception.message": "BROKEN", "exception.stacktrace": TRACEBACK},
        }]  # fmt: skip
    call = span(sid(3), sid(2), "POST", "Client", "checkout", start + length * 0.26,
                length * 0.52, children=[reserve], **error)  # fmt: skip
    cache = span(sid(6), sid(2), "cache.get prices", "Client", "checkout",
                 start + length * 0.14, length * 0.08)  # fmt: skip
    method = request["attributes"]["http.request.method"]
    server = span(sid(2), request["span_id"], f"{method} {path}", "Server", "checkout",
                  start + length * 0.1, length * 0.76, children=[cache, call], **error)  # fmt: skip
    answered = {"url.full": request["attributes"]["url.full"],
                "http.response.status_code": str(request["status"])}  # fmt: skip
    root = span(request["span_id"], "", method, "Client", "shop-web", start, length,
                children=[server], session_id=session.id, attributes=answered, **error)  # fmt: skip
    services = [("shop-web", 1), ("checkout", 3), ("inventory", 2)]
    return {
        "trace_id": ident, "start_ms": start, "end_ms": start + length, "duration_ms": length,
        "span_count": 6, "error_count": 4 if failed else 0, "truncated": False,
        "services": [{"name": name, "spans": spans, "errors": int(failed)}
                     for name, spans in services],
        "spans": [root], "logs": make_logs(start, length, failed, sid),
        "sessions": [{"id": session.id, "start_ms": session.start_ms,
                      "offset_ms": start - session.start_ms, "tab": request["tab"],
                      "clock_error_ms": session.row["clock_error_ms"],
                      "user": session.row["user"], "has_replay": True}],
    }  # fmt: skip


def make_logs(start: float, length: float, failed: bool, sid: Any) -> list[Json]:
    """What the services logged meanwhile."""
    lines = [(0.12, "INFO", "checkout", "order received", sid(2)),
             (0.33, "INFO", "inventory", "reserving 1 × kettle", sid(4))]  # fmt: skip
    if failed:
        lines += [
            (0.66, "ERROR", "inventory", "coupon BROKEN has no uses left", sid(4)),
            (0.8, "WARN", "checkout", "inventory answered 500, giving up", sid(3)),
        ]
    return [{"t_ms": start + length * share, "severity": severity, "service": service,
             "body": body, "span_id": span_id, "event_name": "", "attributes": {}}
            for share, severity, service, body, span_id in lines]  # fmt: skip


def backend_errors(session: Session, trace: Json) -> list[Json]:
    """Exceptions of services, as rows of the session."""
    rows = []
    for each in walk(trace["spans"]):
        for event in each["events"]:
            rows.append(event_row(
                session, f"b{each['span_id']}", event["t_ms"], "backend_error", source="backend",
                title=f"{event['attributes']['exception.type']}: BROKEN", severity="ERROR",
                service=each["service"], trace_id=trace["trace_id"], span_id=each["span_id"],
                attributes=event["attributes"]))  # fmt: skip
    return rows


def walk(spans: list[Json]) -> list[Json]:
    """Every span of a forest."""
    return [found for each in spans for found in [each, *walk(each["children"])]]


def strange_trace() -> Json:
    """A trace that belongs to no session."""
    job = span("00000000000000aa", "", "nightly export", "Internal", "jobs", 1_790_000_000_000, 900)
    return {"trace_id": "9" * 32, "start_ms": 1_790_000_000_000, "end_ms": 1_790_000_000_900,
            "duration_ms": 900, "span_count": 1, "error_count": 0, "truncated": False,
            "services": [{"name": "jobs", "spans": 1, "errors": 0}], "spans": [job], "logs": [],
            "sessions": []}  # fmt: skip


STATUS_NOW_MS = 1_800_014_400_000.0


def busy_status() -> Json:
    """The status of a project that receives everything, and refused some."""
    return {
        "version": "1.2.3", "project": "shop", "now_ms": STATUS_NOW_MS, "problems": [],
        "signals": [signal_status(name, base) for name, base in
                    (("traces", 5200), ("logs", 1900), ("metrics", 340), ("replay", 12))],
        "keys": [
            {"key": "web shop", "last_ms": STATUS_NOW_MS - 2_000, "requests": 48_211,
             "bytes": 812_000_000, "refused": 214},
            {"key": "services", "last_ms": STATUS_NOW_MS - 1_000, "requests": 9_120,
             "bytes": 3_412_000_000, "refused": 0},
        ],
        "refusals": [
            {"reason": "rate_limit", "requests": 214, "records": 0, "keys": ["web shop"],
             "last_ms": STATUS_NOW_MS - 95_000, "comes_again": True,
             "help": "A key sends more than its limits per second. Raise them."},
            {"reason": "invalid_ids", "requests": 0, "records": 37, "keys": [],
             "last_ms": STATUS_NOW_MS - 7_200_000, "comes_again": False,
             "help": "Spans without proper ids were left out."},
        ],
        "tables": [{"name": name, "rows": rows, "bytes": size} for name, rows, size in
                   (("otel_traces", 81_400_211, 9_120_000_000), ("otel_logs", 20_118_402,
                    2_411_000_000), ("session_events", 1_204_331, 88_000_000),
                    ("sessions", 41_220, 6_100_000), ("replay_chunks", 210_400, 17_000_000))],
        "recordings": {"chunks": 210_400, "bytes": 4_120_000_000},
        "retention": {"replay": 60, "logs": 30, "traces": 30, "metrics": 7},
        "blobs": {
            "requests_last_hour": {"PUT": 7104, "GET": 12, "LIST": 1, "DELETE": 0},
            "written_bytes": 4_120_000_000, "read_bytes": 88_000_000,
            "request_dollars_per_month": 25.934, "stored_dollars_per_month": 0.088,
        },
        "receiver": {
            "queue_bytes": 3_400_000, "queue_capacity_bytes": 536_870_912, "spool_bytes": 0,
            "spool_capacity_bytes": 1_073_741_824, "spool_oldest_s": 0, "requests_under_way": 14,
            "memory_bytes": 912_000_000, "memory_soft_limit_bytes": 5_400_000_000,
            "memory_hard_limit_bytes": 6_700_000_000,
        },
        "sessions": {"last_round_ms": STATUS_NOW_MS - 700, "lag_s": 1.2, "late": False},
    }  # fmt: skip


def signal_status(name: str, base: int) -> Json:
    """A signal that comes in all the time, now more, now less."""
    per_minute = [base + base * (minute * 37 % 23) // 40 for minute in range(60)]
    return {
        "signal": name, "last_ms": STATUS_NOW_MS - 3_000, "requests": base * 30,
        "records": base * 720, "bytes": 0 if name == "replay" else base * 720 * 260,
        "per_minute": per_minute,
    }  # fmt: skip


def nothing_status() -> Json:
    """The status of a project that has received nothing yet."""
    none = {"last_ms": None, "requests": 0, "records": 0, "bytes": 0, "per_minute": [0] * 60}
    return busy_status() | {
        "signals": [{"signal": name} | none for name in ("traces", "logs", "metrics", "replay")],
        "keys": [], "refusals": [], "tables": [], "recordings": {"chunks": 0, "bytes": 0},
    }  # fmt: skip
