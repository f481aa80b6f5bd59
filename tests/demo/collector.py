"""A collector for tests: takes OTLP over HTTP and keeps what arrives."""

from __future__ import annotations

import gzip
import http.server
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span

WAIT_S = 60.0

Record = TypeVar("Record", Span, LogRecord)


@dataclass(frozen=True)
class Sent(Generic[Record]):
    """One span or log record and the name of the service that sent it."""

    service: str
    record: Record


@dataclass
class Collector:
    """What has arrived so far. ``endpoint`` is the base URL to send to."""

    endpoint: str
    spans: list[Sent[Span]] = field(default_factory=list)
    logs: list[Sent[LogRecord]] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def wait_for(self, condition: Callable[[Collector], bool]) -> None:
        """Wait until ``condition`` holds; fail when it does not in a minute."""
        with self.changed:
            assert self.changed.wait_for(lambda: condition(self), WAIT_S), self.summary()

    def trace(self, trace_id: str) -> list[Sent[Span]]:
        """Return the spans of one trace."""
        return [sent for sent in self.spans if sent.record.trace_id.hex() == trace_id]

    def logs_of(self, trace_id: str) -> list[Sent[LogRecord]]:
        """Return the log records of one trace."""
        return [sent for sent in self.logs if sent.record.trace_id.hex() == trace_id]

    def summary(self) -> str:
        """Say what has arrived, for a failing test."""
        return "\n".join(f"{sent.service}: {sent.record.name}" for sent in self.spans)

    def take(self, path: str, body: bytes) -> None:
        """Keep one export request."""
        with self.changed:
            if path == "/v1/traces":
                self._take_spans(ExportTraceServiceRequest.FromString(body))
            else:
                self._take_logs(ExportLogsServiceRequest.FromString(body))
            self.changed.notify_all()

    def _take_spans(self, request: ExportTraceServiceRequest) -> None:
        for resource in request.resource_spans:
            service = text_of(resource.resource.attributes, "service.name")
            for scope in resource.scope_spans:
                self.spans.extend(Sent(service, span) for span in scope.spans)

    def _take_logs(self, request: ExportLogsServiceRequest) -> None:
        for resource in request.resource_logs:
            service = text_of(resource.resource.attributes, "service.name")
            for scope in resource.scope_logs:
                self.logs.extend(Sent(service, record) for record in scope.log_records)


def text_of(attributes: Iterable[KeyValue], name: str) -> str:
    """Return a string attribute, or '' when there is none."""
    return next((pair.value.string_value for pair in attributes if pair.key == name), "")


@contextmanager
def collecting() -> Iterator[Collector]:
    """Run a collector on a free port."""
    collector: Collector

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            collector.take(self.path, body)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Print nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collector = Collector(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield collector
        finally:
            server.shutdown()
            thread.join()
