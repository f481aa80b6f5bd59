"""Neighbours that fail: a proxy before ClickHouse or S3, and a blob store, with faults to order."""

from __future__ import annotations

import contextlib
import random
import socket
import struct
import threading
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException, HTTPResponse
from http.server import ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import parse_qs, urlsplit

from otel_replay.errors import UnavailableError
from otel_replay.storage.blobs import BlobInfo, BlobStore
from tests.support.http_handler import Handler

Fault = Literal["none", "hang", "hang_after", "lose_answer", "cut_request", "half_answer", "error"]
"""What happens to a request: nothing is answered; nothing though it was carried out; the connection
ends though it was carried out; it ends before the request is through; in the middle of the answer;
`FaultyProxy.error` is answered."""

_TIMEOUT_S = 60
_OF_ONE_HOP = ("connection", "content-length", "transfer-encoding")


class FaultyProxy:
    """Stands between the product and a server. A context manager; safe for threads."""

    def __init__(self, upstream_port: int) -> None:
        self.upstream_port = upstream_port
        self.fault: Fault = "none"
        self.only_inserts = True
        """Whether faults hit inserts only."""
        self.share = 1.0
        """How many of the requests are hit, 0 to 1; the choice is the same on every run."""
        self.error = (500, 252, "Too many parts. (TOO_MANY_PARTS)")
        """HTTP status, ClickHouse's number (0 for none: an answer of some other program), text."""
        self.most_hits: int | None = None
        """After so many hits no request is hit any more."""
        self.hits = 0
        self.connections = 0
        """How many were made to it."""
        self._random = random.Random(4)
        self._released = threading.Event()
        self._server: _Server | None = None
        self.port = 0

    def __enter__(self) -> Self:
        self.listen()
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _value: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.heal()
        self.refuse()

    def url(self, database: str) -> str:
        """The address for ``OTEL_REPLAY_CLICKHOUSE``."""
        return f"http://127.0.0.1:{self.port}/{database}"

    def heal(self) -> None:
        """No more faults; those that hang are let go."""
        self.fault = "none"
        self._released.set()
        self._released = threading.Event()

    def refuse(self) -> None:
        """Closes all connections and takes no new ones."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server.close_connections()
            self._server = None

    def listen(self) -> None:
        """Takes connections, on the port it had before."""
        self._server = _Server(("127.0.0.1", self.port), _Handler)
        self._server.proxy = self
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @contextlib.contextmanager
    def failing(self, fault: Fault, most_hits: int | None = None) -> Iterator[None]:
        """The fault holds within, for `most_hits` requests at most."""
        self.fault = fault
        self.most_hits = None if most_hits is None else self.hits + most_hits
        try:
            yield
        finally:
            self.most_hits = None
            self.heal()

    def fault_of(self, method: str, target: str, body: bytes) -> Fault:
        """What is to happen to a request."""
        if self.fault == "none" or (self.most_hits is not None and self.hits >= self.most_hits):
            return "none"
        if not self.may_hit(method, target, body) or self._random.random() >= self.share:
            return "none"
        self.hits += 1
        return self.fault

    def may_hit(self, method: str, target: str, body: bytes) -> bool:
        """Whether faults are for this request."""
        del method
        statement = parse_qs(urlsplit(target).query).get("query", [""])[0].encode() + body[:100]
        return not self.only_inserts or statement.lstrip().upper().startswith(b"INSERT")

    def hang(self) -> None:
        """Returns when the proxy is healed."""
        self._released.wait(_TIMEOUT_S)


class FaultyS3Proxy(FaultyProxy):
    """Stands between the product and S3."""

    def __init__(self, upstream_port: int) -> None:
        super().__init__(upstream_port)
        self.methods: frozenset[str] = frozenset({"GET", "HEAD", "PUT", "POST", "DELETE"})
        """Requests that faults hit."""
        self.only_with = ""
        """Faults hit requests with this in their target only."""
        self.answer_with(503, "SlowDown")

    @property
    def endpoint(self) -> str:
        """For ``OTEL_REPLAY_S3_ENDPOINT``."""
        return f"http://127.0.0.1:{self.port}"

    def answer_with(self, status: int, code: str) -> None:
        """What the fault "error" is."""
        told = f"<Error><Code>{code}</Code><Message>as ordered</Message></Error>"
        self.error = (status, 0, told)

    def may_hit(self, method: str, target: str, body: bytes) -> bool:
        return method in self.methods and self.only_with in target


class _Handler(Handler):
    server: _Server

    def do_GET(self) -> None:
        self._pass_on(b"")

    def do_POST(self) -> None:
        self._pass_on(self.read_body())

    do_HEAD = do_DELETE = do_GET
    do_PUT = do_POST

    def _pass_on(self, body: bytes) -> None:
        proxy = self.server.proxy
        fault = proxy.fault_of(self.command, self.path, body)
        if fault == "hang":
            proxy.hang()
        if fault in ("hang", "cut_request"):
            return self._cut()
        if fault == "error":
            return self._answer_error()
        try:
            status, headers, data = self._ask(body)
        except (OSError, HTTPException):
            return self._cut()
        if fault == "hang_after":
            proxy.hang()
        if fault in ("hang_after", "lose_answer"):
            return self._cut()
        self._answer(status, headers, data, half=fault == "half_answer")
        return None

    def _ask(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        upstream = HTTPConnection("127.0.0.1", self.server.proxy.upstream_port, timeout=_TIMEOUT_S)
        with contextlib.closing(upstream):
            headers = {k: v for k, v in self.headers.items() if k.lower() not in _OF_ONE_HOP}
            upstream.request(self.command, self.path, body, headers)
            response: HTTPResponse = upstream.getresponse()
            return response.status, response.getheaders(), response.read()

    def _answer(
        self, status: int, headers: list[tuple[str, str]], data: bytes, *, half: bool = False
    ) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in _OF_ONE_HOP:
                self.send_header(name, value)
        # An empty answer has no middle: one byte too few of a longer one will do.
        length = dict(headers).get("Content-Length", "0") if self.command == "HEAD" else ""
        self.send_header("Content-Length", length or str(len(data) + half))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if half else data)
        if half:
            self._cut()

    def _answer_error(self) -> None:
        status, code, text = self.server.proxy.error
        if not code:
            self._answer(status, [], text.encode())
            return
        message = f"Code: {code}. DB::Exception: {text}\n".encode()
        self._answer(status, [("X-ClickHouse-Exception-Code", str(code))], message)

    def _cut(self) -> None:
        """Ends the connection with a reset."""
        self.close_connection = True
        self.wfile.flush()
        with contextlib.suppress(OSError):
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()


class _Server(ThreadingHTTPServer):
    proxy: FaultyProxy
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._connections: set[Any] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        self.proxy.connections += 1
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        for connection in list(self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Quiet: connections that end in the middle are what this is for."""


class FaultyBlobs:
    """A blob store of which a share of the operations fails, the same ones on every run."""

    def __init__(self, blobs: BlobStore, share: float) -> None:
        self._blobs = blobs
        self.share = share
        self.failures = 0
        self._random = random.Random(7)

    def _fail_sometimes(self, key: str) -> None:
        if self._random.random() < self.share:
            self.failures += 1
            raise UnavailableError(f"blob {key}: 503 Slow Down")

    def put(self, key: str, data: bytes) -> None:
        """Fails before, or after what it was to do is done."""
        self._fail_sometimes(key)
        self._blobs.put(key, data)
        self._fail_sometimes(key)

    def get(self, key: str, offset: int = 0, length: int | None = None) -> bytes:
        self._fail_sometimes(key)
        return self._blobs.get(key, offset, length)

    def delete(self, key: str) -> None:
        self._fail_sometimes(key)
        self._blobs.delete(key)

    def list(self, prefix: str = "") -> Iterator[BlobInfo]:
        self._fail_sometimes(prefix)
        return self._blobs.list(prefix)
