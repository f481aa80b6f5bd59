"""A small world of sessions: rows as the receivers store them, and the API over them."""

from __future__ import annotations

import gzip
import itertools
import time
import uuid
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import flask
import orjson
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from otel_replay.sessions.inputs import SessionInputs
from otel_replay.sessions.worker import SessionWorker
from otel_replay.storage.blobs.file import FileBlobStore
from otel_replay.storage.clickhouse import Database
from otel_replay_ui.api import Backend, blueprint

BROWSER_SCOPE = "otel_replay.browser"
BROWSER_RESOURCE = {"service.name": "shop-web", "service.version": "1.2.0"}
_blob_numbers = itertools.count(1)


def new_id() -> str:
    return uuid.uuid4().hex


def at(ms: float) -> datetime:
    """Milliseconds since the epoch as a column value."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    seconds: float = field(default_factory=time.time)

    def __call__(self) -> float:
        return self.seconds


class World:
    """One project's storage, with short ways to put rows in and to ask the API.

    Worlds may share a database: `id` and `trace` are each world's own.
    """

    def __init__(self, database: Database, blobs: FileBlobStore) -> None:
        self.id = new_id()
        """A session nobody else has."""
        self.trace = new_id()
        self.database = database
        self.blobs = blobs
        self.clock = Clock()
        self.zero_ms = now_ms() - 3_600_000
        """An hour ago: where sessions begin unless a test says otherwise."""
        self.worker = SessionWorker(database, self.clock)
        self.client = self.new_client()

    def new_client(self) -> FlaskClient:
        """One for another thread."""
        app = flask.Flask("api")
        app.register_blueprint(blueprint(Backend(self.database, self.blobs, self.clock)))
        return app.test_client()

    # Asking

    def get(self, path: str, **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.get(f"/api/v1/{path}", headers=named)

    def json(self, path: str) -> Any:
        response = self.get(path)
        assert response.status_code == 200, response.text
        return orjson.loads(response.data)

    def session(self, session_id: str) -> Any:
        return self.json(f"sessions/{session_id}")

    def counts(self, session_id: str, *names: str) -> dict[str, int]:
        counts = self.session(session_id)["counts"]
        return {name: counts[name] for name in names}

    # Storing

    def ns(self, offset_ms: float) -> int:
        """A time after `zero_ms`, ns since the epoch, as columns of that precision take it."""
        return self.zero_ms * 1_000_000 + round(offset_ms * 1_000_000)

    def log(
        self,
        session_id: str,
        name: str,
        offset_ms: float = 0,
        *,
        attributes: Mapping[str, str] | None = None,
        scope: str = BROWSER_SCOPE,
        resource: Mapping[str, str] = BROWSER_RESOURCE,
        **columns: Any,
    ) -> dict[str, Any]:
        """Stores a log record of the browser, unless `scope` and `resource` say otherwise."""
        row = {
            "Timestamp": self.ns(offset_ms),
            "TraceId": "",
            "SpanId": "",
            "SeverityNumber": 9,
            "ServiceName": resource.get("service.name", ""),
            "Body": "",
            "ResourceAttributes": dict(resource),
            "ScopeName": scope,
            "LogAttributes": {**_session(session_id), **(attributes or {})},
            "EventName": name,
            # Sent as the test stores it: a clock that is right, however slow the machine.
            "ObservedTimestamp": time.time_ns(),
            **columns,
        }
        self.database.insert("otel_logs", [row])
        return row

    def navigation(self, session_id: str, url: str, offset_ms: float = 0, tab: str = "t1") -> None:
        attributes = {"url.full": url, "session.replay.tab": tab}
        self.log(session_id, "browser.navigation", offset_ms, attributes=attributes)

    def click(
        self,
        session_id: str,
        offset_ms: float = 0,
        *,
        at_px: tuple[int, int] | None = None,
        tab: str = "t1",
        kind: str = "click",
    ) -> None:
        """Stores a click; `kind` may be ``rage_click`` or ``dead_click``, which come besides."""
        attributes = {"browser.css_selector": "#buy", "session.replay.tab": tab}
        if at_px is not None:
            attributes |= {"browser.page.x": str(at_px[0]), "browser.page.y": str(at_px[1])}
        self.log(session_id, f"browser.user_action.{kind}", offset_ms, attributes=attributes)

    def visibility(self, session_id: str, state: str, offset_ms: float, tab: str = "t1") -> None:
        attributes = {"browser.visibility.state": state, "session.replay.tab": tab}
        self.log(session_id, "browser.visibility", offset_ms, attributes=attributes)

    def read_inputs(
        self, session_id: str, tab: str, chunks: int, events: Sequence[Mapping[str, Any]]
    ) -> None:
        """Stores what is read off the rrweb events of a tab; their times count from `zero_ms`."""
        timed = [{**event, "timestamp": self.zero_ms + event["timestamp"]} for event in events]
        inputs = SessionInputs()
        inputs.add(tab, 0, orjson.dumps(timed))
        self.database.insert("session_inputs", inputs.rows(session_id, {tab: chunks}))

    def backend_log(self, body: str, trace_id: str, offset_ms: float = 0, **more: Any) -> None:
        resource = {"service.name": "checkout"}
        more = {"Body": body, "TraceId": trace_id, **more}
        self.log("", more.pop("name", ""), offset_ms, scope="app", resource=resource, **more)

    def span(
        self,
        trace_id: str,
        span_id: str,
        offset_ms: float = 0,
        *,
        parent: str = "",
        session_id: str = "",
        attributes: Mapping[str, str] | None = None,
        service: str = "checkout",
        scope: str = "flask",
        duration_ms: float = 5,
        exceptions: Sequence[tuple[str, str]] = (),
        **columns: Any,
    ) -> dict[str, Any]:
        """Stores a span of a backend service; `exceptions` are types and messages."""
        start = self.ns(offset_ms)
        row = {
            "Timestamp": start,
            "TraceId": trace_id,
            "SpanId": span_id,
            "ParentSpanId": parent,
            "SpanName": "GET /stock",
            "SpanKind": "Server",
            "ServiceName": service,
            "ResourceAttributes": {"service.name": service},
            "ScopeName": scope,
            "SpanAttributes": {**_session(session_id), **(attributes or {})},
            "Duration": round(duration_ms * 1e6),
            "StatusCode": "Error" if exceptions else "Unset",
            "Events.Timestamp": [start for _ in exceptions],
            "Events.Name": ["exception" for _ in exceptions],
            "Events.Attributes": [
                {"exception.type": kind, "exception.message": message}
                for kind, message in exceptions
            ],
            **columns,
        }
        self.database.insert("otel_traces", [row])
        return row

    def request(
        self,
        session_id: str,
        trace_id: str,
        span_id: str,
        offset_ms: float = 0,
        *,
        status: int | None = 200,
        url: str = "http://shop/api/checkout",
        **more: Any,
    ) -> dict[str, Any]:
        """Stores the client span of a browser's request; `status` None is a network error."""
        attributes = {"http.request.method": "POST", "url.full": url, "session.replay.tab": "t1"}
        if status is not None:
            attributes["http.response.status_code"] = str(status)
        return self.span(
            trace_id,
            span_id,
            offset_ms,
            session_id=session_id,
            attributes=attributes,
            service="shop-web",
            scope=BROWSER_SCOPE,
            **{
                "SpanName": "POST",
                "SpanKind": "Client",
                "StatusCode": "Error" if status is None or status >= 400 else "Unset",
                **more,
            },
        )

    def chunk(self, session_id: str, seq: int, **more: Any) -> dict[str, Any]:
        """Stores a chunk and its blob: 5 s of a tab, the first of it a checkpoint."""
        return self.chunks([self.chunk_row(session_id, seq, **more)])[0]

    def chunks(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        self.database.insert("replay_chunks", rows)
        return rows

    def chunk_row(
        self,
        session_id: str,
        seq: int,
        *,
        tab: str = "t1",
        start_ms: float | None = None,
        payload: bytes | None = None,
        blob: str | None = None,
        **columns: Any,
    ) -> dict[str, Any]:
        start = seq * 5_000 if start_ms is None else start_ms
        data = self.payload(seq, start) if payload is None else payload
        key = blob or f"packs/{next(_blob_numbers)}"
        if blob is None:
            self.blobs.put(key, data)
        received = columns.get("ReceivedAt", at(self.clock() * 1000))
        return {
            "SessionId": session_id,
            "Tab": tab,
            "Seq": seq,
            "StartTime": at(self.zero_ms + start),
            "EndTime": at(self.zero_ms + start + 4_000),
            "Checkpoint": seq == 0,
            "Final": False,
            "Events": 10,
            "Size": 100,
            "Encoding": "gzip",
            "Blob": key,
            "Offset": 0,
            "Length": len(data),
            "Crc32": zlib.crc32(data),
            "ServiceName": "shop-web",
            "ResourceAttributes": dict(BROWSER_RESOURCE),
            "UserId": "",
            "SentAt": received,
            "ReceivedAt": received,
            **columns,
        }

    def payload(self, seq: int, start_ms: float = 0) -> bytes:
        """One event that says which chunk it is in."""
        events = [{"type": 3, "timestamp": self.zero_ms + start_ms, "data": {"seq": seq}}]
        return gzip.compress(orjson.dumps(events), mtime=0)


class _Gathering(Database):
    """Keeps what is inserted, to insert it in one go."""

    def __init__(self, database: Database) -> None:
        super().__init__(database.address)
        self.behind = database
        self._rows: dict[tuple[str, frozenset[str]], list[Mapping[str, Any]]] = {}
        """By table and names of columns: an insert has the same columns in all its rows."""

    def insert(
        self,
        table: str,
        rows: Sequence[Mapping[str, Any]],
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        assert not settings, "gathered rows are inserted without settings"
        for row in rows:
            self._rows.setdefault((table, frozenset(row)), []).append(row)

    def store(self) -> None:
        for (table, _), rows in self._rows.items():
            self.behind.insert(table, rows)


@contextmanager
def together(*worlds: World) -> Iterator[None]:
    """What is stored in these worlds, on one database, goes in by one insert per table.

    An insert takes as long for a hundred rows as for one. Nothing is there before the end.
    """
    gathering = _Gathering(worlds[0].database)
    for world in worlds:
        world.database = gathering
    yield
    for world in worlds:
        world.database = gathering.behind
    gathering.store()


def stored_together(
    database: Database, blobs: FileBlobStore, stories: Sequence[Callable[[World], None]]
) -> list[World]:
    """A world for each story, in which it was told; their rows went in together."""
    worlds = [World(database, blobs) for _ in stories]
    with together(*worlds):
        for world, story in zip(worlds, stories, strict=True):
            story(world)
    return worlds


def _session(session_id: str) -> dict[str, str]:
    return {"session.id": session_id} if session_id else {}
