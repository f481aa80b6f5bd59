"""ClickHouse's HTTP interface with writing allowed, over the embedded engine, in its own process.

It lets tests drive the ``http://`` path with the real engine. Not for use outside of tests: there
is no access control. ``python -m tests.support.clickhouse_server FOLDER [PORT]`` serves until it is
killed, and prints its port.
"""

from __future__ import annotations

import contextlib
import gzip
import importlib
import itertools
import os
import queue
import re
import signal
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import clickhouse_connect
import requests
from clickhouse_connect.driver.binding import format_str
from clickhouse_connect.driver.exceptions import ClickHouseError

from otel_replay.storage.clickhouse import EscapedValue
from tests.support.http_handler import Handler
from tests.support.process import wait_for

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_INSERT = re.compile(
    rb"\s*INSERT\s+INTO\s+(?P<table>\S+)\s*(?:\((?P<columns>[^)]*)\))?\s*FORMAT\s+(?P<format>\w+)\s?",
    re.IGNORECASE,
)
_FORMAT = re.compile(r"\bFORMAT\s+(\w+)\s*;?\s*$", re.IGNORECASE)
_ANSWERS = re.compile(r"\s*(SELECT|WITH|SHOW|DESCRIBE|DESC|EXISTS|EXPLAIN)\b", re.IGNORECASE)
# Of the query string, what concerns the transport and not the statement.
_TRANSPORT = frozenset(
    {
        *("database", "query", "default_format", "query_id", "session_id", "role", "compress"),
        *("decompress", "buffer_size", "wait_end_of_query", "enable_http_compression"),
        *("send_progress_in_http_headers", "http_headers_progress_interval_ms"),
        *("cancel_http_readonly_queries_on_client_close", "client_protocol_version"),
    }
)


class ClickHouseServer:
    """A ClickHouse that tests may start, stop, kill, freeze and bring back; a context manager."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None
        self.port = 0

    def __enter__(self) -> ClickHouseServer:
        self.start()
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _value: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def clickhouse(self) -> Path:
        """The folder of the engine."""
        return self._folder / "clickhouse"

    def url(self, database: str = "otel") -> str:
        """The address for ``OTEL_REPLAY_CLICKHOUSE``."""
        return f"http://127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Starts, on the port it had before, and waits until it answers."""
        self._folder.mkdir(parents=True, exist_ok=True)
        module = [sys.executable, "-m", "tests.support.clickhouse_server"]
        self._process = subprocess.Popen(
            [*module, str(self._folder), str(self.port)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=self._folder,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the ClickHouse server ended at once"
        self.port = int(line)
        wait_for("the ClickHouse server", self._answers)

    def _answers(self) -> bool:
        try:
            return requests.get(f"http://127.0.0.1:{self.port}/ping", timeout=30).ok
        except requests.RequestException:
            return False

    def stop(self) -> None:
        """Ends it as a crash would; what it has acknowledged is on the disk."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait(30)
            assert self._process.stdout is not None
            self._process.stdout.close()

    @contextlib.contextmanager
    def away(self) -> Iterator[None]:
        """Connections are refused within; afterwards it is back with its data."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Connections are taken and nothing is answered within."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def sql(self, statement: str, database: str = "otel") -> list[dict[str, Any]]:
        """Rows of a SELECT."""
        response = requests.post(
            self.url(""),
            statement.encode(),
            params={"database": database, "default_format": "JSON"},
            timeout=60,
        )
        assert response.status_code == 200, response.text[:500]
        rows: list[dict[str, Any]] = response.json()["data"]
        return rows


class _Connection:
    """A client of the embedded engine, with the settings of its next statement.

    The driver would ask for those before, set them and set them back with each statement, which
    takes ten times as long as most statements do. Requests have nearly all settings in common.
    """

    def __init__(self, client: Any) -> None:
        self.client = client
        self._settings: dict[str, str] = {}

    def apply(self, settings: Mapping[str, str]) -> None:
        """Sets what a request brings, and back what the one before brought."""
        changes = {name: "DEFAULT" for name in self._settings if name not in settings}
        # They count as set before they are: a statement that fails half way is undone as well.
        before, self._settings = self._settings, {**self._settings, **settings}
        changes |= {n: format_str(v) for n, v in settings.items() if before.get(n) != v}
        if changes:
            self.client.command("SET " + ", ".join(f"{n} = {v}" for n, v in changes.items()))
        self._settings = dict(settings)


class _Engine:
    """Clients of the embedded engine; each runs one statement at a time."""

    def __init__(self, path: Path) -> None:
        self._path = str(path)
        self._idle: dict[str, queue.SimpleQueue[_Connection]] = defaultdict(queue.SimpleQueue)
        self._opening = threading.Lock()

    @contextlib.contextmanager
    def client(self, database: str, settings: Mapping[str, str] | None = None) -> Iterator[Any]:
        try:
            connection = self._idle[database].get_nowait()
        except queue.Empty:
            with self._opening:
                client = clickhouse_connect.get_client(
                    interface="chdb", path=self._path, database=database or "default"
                )
            connection = _Connection(client)
        try:
            connection.apply(settings or {})
            yield connection.client
        finally:
            self._idle[database].put(connection)


@dataclass
class _Statement:
    """A request in the words of the driver."""

    text: bytes
    database: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, EscapedValue] = field(default_factory=dict)
    default_format: str = "TabSeparated"

    @classmethod
    def of(cls, query: str, body: bytes) -> _Statement:
        values = dict(parse_qsl(query, keep_blank_values=True))
        statement = values.get("query", "").encode()
        return cls(
            b"\n".join(part for part in (statement, body) if part),
            values.get("database", ""),
            {k: v for k, v in values.items() if k not in _TRANSPORT and k[:6] != "param_"},
            {k[6:]: EscapedValue(v) for k, v in values.items() if k[:6] == "param_"},
            values.get("default_format", "TabSeparated"),
        )

    def run(self, engine: _Engine) -> tuple[bytes, str]:
        """Returns the answer and its format, '' for a statement that has none."""
        with engine.client(self.database, self.settings) as client:
            insert = _INSERT.match(self.text)
            if insert and insert["format"].upper() != b"VALUES":
                self._insert(client, insert)
                return b"", ""
            text = self.text.decode()
            named = _FORMAT.search(text)
            answers = bool(_ANSWERS.match(text))
            fmt = self.default_format if answers and not named else None
            data = client.raw_query(text, fmt=fmt, parameters=self.parameters or None)
            return bytes(data), (named[1] if named else self.default_format) if answers else ""

    def _insert(self, client: Any, insert: re.Match[bytes]) -> None:
        columns = insert["columns"]
        client.raw_insert(
            insert["table"].decode(),
            column_names=[c.strip(" `") for c in columns.decode().split(",")] if columns else None,
            insert_block=self.text[insert.end() :],
            fmt=insert["format"].decode(),
        )


class _Handler(Handler):
    engine: _Engine
    _queries = itertools.count(1)

    def do_GET(self) -> None:
        query = urlsplit(self.path).query
        if not query:
            self._answer(200, b"Ok.\n", {})
        else:
            self._run(query, b"")

    def do_POST(self) -> None:
        body = _decompressed(self.read_body(), self.headers.get("Content-Encoding", ""))
        self._run(urlsplit(self.path).query, body)

    def _run(self, query: str, body: bytes) -> None:
        try:
            data, fmt = _Statement.of(query, body).run(self.engine)
        except ClickHouseError as exc:
            code = re.search(r"[Cc]ode:?\s*(\d+)", str(exc))
            number = code[1] if code else "1002"
            message = f"Code: {number}. DB::Exception: {exc}\n".encode()
            self._answer(500, message, {"X-ClickHouse-Exception-Code": number})
        else:
            self._answer(200, data, {"X-ClickHouse-Format": fmt} if fmt else {})

    def _answer(self, status: int, data: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        self.send_header("X-ClickHouse-Query-Id", f"query-{next(self._queries)}")
        self.send_header("X-ClickHouse-Timezone", "UTC")
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


def _decompressed(body: bytes, encoding: str) -> bytes:
    if encoding == "gzip":
        return gzip.decompress(body)
    if encoding == "zstd":
        return zstd.decompress(body)
    if encoding == "lz4":
        # It ships no types.
        return bytes(importlib.import_module("lz4.frame").decompress(body))
    assert encoding in ("", "identity"), encoding
    return body


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Quiet: clients that are killed are no news here."""


def _serve(folder: Path, port: int) -> None:
    _Handler.engine = _Engine(folder / "clickhouse")
    with _Handler.engine.client(""):
        server = _Server(("127.0.0.1", port), _Handler)
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
