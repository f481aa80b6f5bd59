"""A site with the browser SDK, and a receiver that fails as told and keeps what it got."""

from __future__ import annotations

import gzip
import json
import mimetypes
import random
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue

from otel_replay.browser import SDK_FILES, sdk_path

JAVASCRIPT = "text/javascript"


@dataclass(frozen=True)
class Record:
    """A log record or span as the receiver read it."""

    name: str
    attributes: Mapping[str, Any]
    body: Any = None


@dataclass
class Shop:
    """Pages by path, and what browsers sent. ``SDK`` in a page becomes the script tag."""

    pages: Mapping[str, str]
    options: str = ""
    policy: str | None = None
    origin: str = ""
    accepted: list[tuple[str, bytes]] = field(default_factory=list)
    attempts: list[bytes] = field(default_factory=list)
    """Everything that left the browser: addresses, headers and bodies of all requests."""
    refuse: Callable[[], bool] = lambda: False
    files: Mapping[str, bytes] = field(default_factory=dict)
    """More scripts, styles, pictures and so on, by path."""

    def html(self, path: str) -> str | None:
        """A page with its script tag."""
        tag = f'<script src="/otel.js" data-endpoint="{self.origin}/otlp" data-service="shop"'
        page = self.pages.get(path)
        return page and page.replace("SDK", f"{tag} {self.options}></script>")

    def logs(self) -> list[Record]:
        """All log records that arrived."""
        found = []
        for path, body in list(self.accepted):
            if path.endswith("/v1/logs"):
                for resource in ExportLogsServiceRequest.FromString(body).resource_logs:
                    for scope in resource.scope_logs:
                        found += [
                            Record(r.event_name, _attributes(r.attributes), _value(r.body))
                            for r in scope.log_records
                        ]
        return found

    def spans(self) -> list[Record]:
        """All spans that arrived."""
        found = []
        for path, body in list(self.accepted):
            if path.endswith("/v1/traces"):
                for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                    for scope in resource.scope_spans:
                        found += [Record(s.name, _attributes(s.attributes)) for s in scope.spans]
        return found

    def events(self, name: str) -> list[Record]:
        """The log records of this name."""
        return [record for record in self.logs() if record.name == name]

    def chunks(self) -> dict[tuple[str, str], dict[int, Record]]:
        """Chunks by session and tab, then by sequence number."""
        tabs: dict[tuple[str, str], dict[int, Record]] = {}
        for chunk in self.events("session.replay.chunk"):
            a = chunk.attributes
            tab = tabs.setdefault((a["session.id"], a["session.replay.tab"]), {})
            tab[a["session.replay.seq"]] = chunk
        return tabs

    def recorded(self) -> str:
        """JSON of all recorded events that can be played: of each tab, up to its first hole."""
        texts = []
        for tab in self.chunks().values():
            for seq in range(len(tab)):
                if seq not in tab:
                    break
                texts.append(payload(tab[seq]))
        return "\n".join(texts)

    def left_the_browser(self) -> str:
        """All bytes of all requests, compressed parts also as they were before."""
        whole = b"\n".join(self.attempts).decode("utf-8", "replace")
        return whole + self.recorded()


def payload(chunk: Record) -> str:
    """The JSON of a chunk."""
    plain = chunk.attributes["session.replay.encoding"] == "identity"
    return str((chunk.body if plain else gzip.decompress(chunk.body)).decode())


def _attributes(pairs: Any) -> dict[str, Any]:
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    return getattr(value, kind) if kind else None


def at_random(share: float, seed: int = 7) -> Callable[[], bool]:
    """Says yes for this share of the calls."""
    source = random.Random(seed)
    return lambda: source.random() < share


@contextmanager
def shop(
    pages: Mapping[str, str],
    options: str = "",
    policy: str | None = None,
    files: Mapping[str, bytes] | None = None,
) -> Iterator[Shop]:
    """Serves the pages, the SDK and an OTLP receiver on one origin."""
    world = Shop(pages, options, policy, files=files or {})

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._note(b"")
            path = self.path.partition("?")[0]
            if path[1:] in SDK_FILES:
                self._answer(200, sdk_path(path[1:]).read_bytes(), JAVASCRIPT)
            elif path in world.files:
                kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
                self._answer(200, world.files[path], kind)
            elif (html := world.html(path)) is not None:
                self._answer(200, html.encode(), "text/html; charset=utf-8")
            else:
                self._answer(404, b"nothing", "text/plain")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self._note(body)
            if not self.path.startswith("/otlp/"):
                self._answer(200, json.dumps({"ok": True}).encode(), "application/json")
            elif world.refuse():
                self._answer(503, b"", "application/x-protobuf")
            else:
                world.accepted.append((self.path, body))
                self._answer(200, b"", "application/x-protobuf")

        def _note(self, body: bytes) -> None:
            # The page's own address is in `Referer` of its own requests, as the browser sends it.
            sent = [f"{k}: {v}" for k, v in self.headers.items() if k.lower() != "referer"]
            if self.path.startswith("/otlp/"):
                world.attempts.append("\n".join([self.path, *sent]).encode() + b"\n" + body)

        def _answer(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if kind.startswith("text/html") and world.policy:
                self.send_header("Content-Security-Policy", world.policy)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing: requests are the test's business."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    world.origin = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield world
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
