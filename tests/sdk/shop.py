"""A site with the browser SDK, and a receiver that fails as told and keeps what it got."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import mimetypes
import random
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue

from otel_replay.browser import SDK_FILES, sdk_path
from tests.support.http_handler import Handler

JAVASCRIPT = "text/javascript"
_KINDS = mimetypes.MimeTypes()
_KINDS.add_type("text/event-stream", ".events")


@dataclass(frozen=True)
class Record:
    """A log record or span as the receiver read it."""

    name: str
    attributes: Mapping[str, Any]
    body: Any = None


@dataclass(frozen=True)
class Received:
    """A request of the page's own, as the shop's server got it; header names in lower case."""

    headers: Mapping[str, str]
    body: bytes


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
    received: dict[str, Received] = field(default_factory=dict)
    """The last request with a body to each path of the shop's own."""
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

    class ShopHandler(Handler):
        def do_GET(self) -> None:
            self._note(b"")
            path = self.path.partition("?")[0]
            if "Upgrade" in self.headers:
                self._socket()
            elif path[1:] in SDK_FILES:
                self._answer(200, sdk_path(path[1:]).read_bytes(), JAVASCRIPT)
            elif path in world.files:
                kind = _KINDS.guess_type(path)[0] or "application/octet-stream"
                self._answer(200, world.files[path], kind)
            elif (html := world.html(path)) is not None:
                self._answer(200, html.encode(), "text/html; charset=utf-8")
            else:
                self._answer(404, b"nothing", "text/plain")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self._note(body)
            if not self.path.startswith("/otlp/"):
                headers = {name.lower(): value for name, value in self.headers.items()}
                world.received[self.path.partition("?")[0]] = Received(headers, body)
                self._answer(200, json.dumps({"ok": True}).encode(), "application/json")
            elif world.refuse():
                self._answer(503, b"", "application/x-protobuf")
            else:
                world.accepted.append((self.path, body))
                self._answer(200, b"", "application/x-protobuf")

        do_PUT = do_POST

        def _socket(self) -> None:
            """RFC 6455: says hello, takes one message, and ends it."""
            asked = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
            accepted = base64.b64encode(hashlib.sha1(asked.encode()).digest()).decode()
            self.send_response(101)
            self.send_header("Upgrade", "websocket")
            self.send_header("Connection", "Upgrade")
            self.send_header("Sec-WebSocket-Accept", accepted)
            self.end_headers()
            self.wfile.write(b"\x81\x05hello")
            self.wfile.flush()
            length = self.rfile.read(2)[1] & 0x7F
            self.rfile.read(4 + length)
            self.wfile.write(b"\x88\x02\x03\xe8")
            self.close_connection = True

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

    server = ThreadingHTTPServer(("127.0.0.1", 0), ShopHandler)
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
