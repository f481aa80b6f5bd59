"""The HTTP API over a ``World``: the contract of docs/reference/http-api.md without a database."""

from __future__ import annotations

import json
import struct
from typing import Any

import flask

from tests.ui.worlds import Json, Part, Session, World, walk

RELEASES = [
    {"service": "checkout", "version": "1.4.2"},
    {"service": "inventory", "version": "0.9.0"},
    {"service": "shop-web", "version": "1.4.2"},
]
FRAMES = "application/vnd.otel-replay.frames"


def blueprint(world: World) -> flask.Blueprint:
    """Return the API; it reads ``world`` on each request, so a test can change it meanwhile."""
    api = flask.Blueprint("api", __name__, url_prefix="/api/v1")

    def find(session_id: str) -> Session:
        session = world.session(session_id)
        if session is None:
            flask.abort(404, f"There is no session {session_id}.")
        return session

    @api.get("/sessions")
    def sessions() -> Json:
        return list_sessions(world, flask.request.args)

    @api.get("/sessions/<ident>")
    def session(ident: str) -> Json:
        resource = {"service.name": "shop-web", "user_agent.original": "Mozilla/5.0 Chrome/156"}
        found = find(ident)
        return found.row | {"pages": found.pages, "attributes": resource}

    @api.get("/sessions/<ident>/manifest")
    def manifest(ident: str) -> flask.Response:
        body = make_manifest(find(ident))
        known = flask.request.if_none_match.contains_weak(body["version"])
        response = flask.Response(status=304) if known else flask.jsonify(body)
        response.set_etag(body["version"], weak=True)
        return response

    @api.get("/sessions/<ident>/events")
    def events(ident: str) -> Json:
        return list_events(find(ident), flask.request.args)

    @api.get("/sessions/<ident>/spans")
    def spans(ident: str) -> Json:
        first, last = (float(flask.request.args[name]) for name in ("from", "to"))
        return {"spans": under_way(find(ident), first, last), "truncated": False}

    @api.get("/sessions/<ident>/traces")
    def traces(ident: str) -> Json:
        rows = [summary(trace) for trace in find(ident).traces.values()]
        rows.sort(key=lambda row: row["start_ms"])
        return {"traces": rows, "releases": RELEASES, "truncated": False}

    @api.get("/sessions/<ident>/replay")
    def replay(ident: str) -> flask.Response:
        assert flask.request.headers["Accept"] == FRAMES
        args = flask.request.args
        parts = find(ident).tabs[args["tab"]]
        first, last = int(args["from_seq"]), int(args["to_seq"])
        body = b"".join(frame(part) for part in parts if first <= part.seq <= last)
        return flask.Response(body, mimetype=FRAMES)

    @api.get("/status")
    def status() -> Json:
        return world.status

    @api.get("/traces/<ident>")
    def trace(ident: str) -> Json:
        found = world.trace(ident)
        if found is None:
            flask.abort(404, f"There is no trace {ident}.")
        return found

    return api


def list_events(session: Session, args: Any) -> Json:
    """A page of events; without `kind` all but logs."""
    kinds = [kind for kind in args.get("kind", "").split(",") if kind]
    rows = [
        row
        for row in session.events
        if row["t_ms"] >= float(args.get("from", "0"))
        and (row["kind"] in kinds if kinds else row["kind"] != "log")
    ]
    return {"events": rows[: session.page_size], "truncated": len(rows) > session.page_size}


def under_way(session: Session, first: float, last: float) -> list[Json]:
    """Spans of all traces that were under way between two times."""
    names = ("span_id", "parent_span_id", "name", "kind", "service", "status", "start_ms",
             "duration_ms")  # fmt: skip
    found = [
        {name: span[name] for name in names}
        | {"trace_id": trace_id, "offset_ms": span["start_ms"] - session.start_ms}
        for trace_id, trace in session.traces.items()
        for span in walk(trace["spans"])
        if span["start_ms"] <= last and span["start_ms"] + span["duration_ms"] >= first
    ]
    return sorted(found, key=lambda span: span["start_ms"])


def list_sessions(world: World, args: Any) -> Json:
    """Search (free text and the terms that the UI sends), range, and pages by cursor."""
    rows = [session.row for session in world.sessions]
    for term in args.get("q", "").split():
        rows = [row for row in rows if matches(row, term)]
    rows = [row for row in rows if row["start_ms"] >= float(args.get("from", "0"))]
    first = int(args.get("cursor", "0"))
    last = first + int(args.get("limit", "50"))
    return {"sessions": rows[first:last], "next_cursor": str(last) if last < len(rows) else None}


def matches(row: Json, term: str) -> bool:
    """One search term."""
    if term == "errors:>0":
        return bool(row["counts"]["errors"] + row["counts"]["backend_errors"])
    if term.startswith("user_id:"):
        return bool(row["user"]["id"] == term.removeprefix("user_id:").strip('"'))
    if term.startswith("state:"):
        return bool(row["state"] == term.removeprefix("state:"))
    return term.split(":")[-1].lower() in json.dumps([row["user"], row["first_url"]]).lower()


def make_manifest(session: Session) -> Json:
    """What exists of the recording."""
    row = session.row
    return {
        "session_id": session.id, "state": row["state"], "start_ms": row["start_ms"],
        "end_ms": row["end_ms"], "clock_error_ms": session.row["clock_error_ms"],
        "version": f"v{session.version}",
        "tabs": [tab_manifest(session, tab, parts) for tab, parts in session.tabs.items()],
    }  # fmt: skip


def tab_manifest(session: Session, tab: str, parts: list[Part]) -> Json:
    """The columns of one tab; numbers that are left out become gaps."""
    zero = session.start_ms + session.ahead_ms
    meta = next(event for event in parts[0].events if event["type"] == 4)
    return {
        "id": tab, "start_offset_ms": parts[0].start - zero, "end_offset_ms": parts[-1].end - zero,
        "url": meta["data"]["href"], "final": session.left or session.row["state"] == "finished",
        "clock_error_ms": session.tab_clock_errors.get(tab, session.row["clock_error_ms"]),
        "chunks": {
            "seq": [part.seq for part in parts],
            "start": [part.start - zero for part in parts],
            "end": [part.end - zero for part in parts],
            "bytes": [len(part.payload()) for part in parts],
            "size": [len(json.dumps(part.events)) for part in parts],
            "events": [len(part.events) for part in parts],
            "checkpoint": [part.seq for part in parts if part.checkpoint],
        },
        "gaps": [
            {"from_seq": left.seq + 1, "to_seq": right.seq - 1, "reason": "missing",
             "start_offset_ms": left.end - zero, "end_offset_ms": right.start - zero}
            for left, right in zip(parts, parts[1:], strict=False) if right.seq > left.seq + 1
        ],
    }  # fmt: skip


def frame(part: Part) -> bytes:
    """A part in the framed form."""
    header: Json = {"seq": part.seq, "encoding": "gzip"}
    payload = part.payload()
    if part.error is not None:
        header, payload = (
            {"seq": part.seq, "error": {"code": "damaged", "message": part.error}},
            b"",
        )
    text = json.dumps(header).encode()
    return struct.pack(">I", len(text)) + text + struct.pack(">I", len(payload)) + payload


def summary(trace: Json) -> Json:
    """A trace as a row of its session."""
    root = trace["spans"][0]
    status = root["attributes"].get("http.response.status_code")
    path = root["attributes"].get("url.full", "").removeprefix("https://shop.example")
    return {
        "trace_id": trace["trace_id"], "start_ms": trace["start_ms"],
        "offset_ms": trace["sessions"][0]["offset_ms"], "duration_ms": trace["duration_ms"],
        "name": f"{root['name']} {path}", "service": root["service"],
        "services": [service["name"] for service in trace["services"]],
        "spans": trace["span_count"], "errors": trace["error_count"],
        "status": int(status) if status else None,
    }  # fmt: skip
