"""What the doctor sends: one of each signal, marked, and a recording of a one-sentence page."""

from __future__ import annotations

import gzip
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from otel_replay import __version__, semconv
from otel_replay.semconv import DOCTOR_METRIC, DOCTOR_RUN, DOCTOR_SERVICE

KINDS = ("span", "log", "metric", "chunk")


@dataclass(frozen=True)
class Sample:
    """One of each kind, for one transport. Sending it again changes nothing but duplicates."""

    run: str
    """Marks what belongs together: 32 hex digits, also the session's id."""
    transport: str
    seq: int
    """The chunk's number: the transports' chunks are of one tab."""
    trace_id: str = field(default_factory=lambda: secrets.token_hex(16))
    sent_ns: int = field(default_factory=time.time_ns)

    def request(self, kind: str) -> tuple[str, bytes]:
        """The signal and the serialized export request."""
        build = {"span": self._span, "log": self._log, "metric": self._metric, "chunk": self._chunk}
        signal, request = build[kind]()
        return signal, request.SerializeToString()

    def _marks(self, **more: Any) -> list[KeyValue]:
        return _attributes({DOCTOR_RUN: self.run, semconv.TRANSPORT: self.transport, **more})

    def _span(self) -> tuple[str, Any]:
        request = ExportTraceServiceRequest()
        spans = request.resource_spans.add(resource=_resource())
        spans.scope_spans.add().spans.add(
            trace_id=bytes.fromhex(self.trace_id),
            span_id=secrets.token_bytes(8),
            name="otel-replay doctor",
            kind=1,
            start_time_unix_nano=self.sent_ns,
            end_time_unix_nano=self.sent_ns + 1_000_000,
            attributes=self._marks(),
        )
        return "traces", request

    def _log(self) -> tuple[str, Any]:
        request = ExportLogsServiceRequest()
        logs = request.resource_logs.add(resource=_resource())
        logs.scope_logs.add().log_records.add(
            time_unix_nano=self.sent_ns,
            observed_time_unix_nano=self.sent_ns,
            severity_number=9,
            severity_text="INFO",
            trace_id=bytes.fromhex(self.trace_id),
            body=AnyValue(string_value="otel-replay doctor was here"),
            attributes=self._marks(),
        )
        return "logs", request

    def _metric(self) -> tuple[str, Any]:
        request = ExportMetricsServiceRequest()
        metrics = request.resource_metrics.add(resource=_resource())
        metric = metrics.scope_metrics.add().metrics.add(name=DOCTOR_METRIC, unit="1")
        metric.gauge.data_points.add(
            time_unix_nano=self.sent_ns, as_int=1, attributes=self._marks()
        )
        return "metrics", request

    def _chunk(self) -> tuple[str, Any]:
        events = _recording(self.sent_ns // 1_000_000, self.seq)
        text = json.dumps(events).encode()
        request = ExportLogsServiceRequest()
        logs = request.resource_logs.add(resource=_resource())
        scope = logs.scope_logs.add()
        scope.scope.name = semconv.RECORDER_SCOPE
        values = {
            semconv.SESSION_ID: self.run,
            semconv.REPLAY_TAB: self.run[:16],
            semconv.REPLAY_SEQ: self.seq,
            semconv.REPLAY_START: events[0]["timestamp"],
            semconv.REPLAY_END: events[-1]["timestamp"],
            semconv.REPLAY_EVENTS: len(events),
            semconv.REPLAY_CHECKPOINT: True,
            semconv.REPLAY_ENCODING: "gzip",
            semconv.REPLAY_SIZE: len(text),
            semconv.REPLAY_FINAL: False,
        }
        scope.log_records.add(
            time_unix_nano=self.sent_ns,
            observed_time_unix_nano=time.time_ns(),
            event_name=semconv.CHUNK_EVENT,
            attributes=_attributes(values),
            body=AnyValue(bytes_value=gzip.compress(text, mtime=0)),
        )
        return "logs", request


def _resource() -> Resource:
    marks = {semconv.SERVICE_NAME: DOCTOR_SERVICE, semconv.SERVICE_VERSION: __version__}
    return Resource(attributes=_attributes(marks))


def _attributes(values: Mapping[str, Any]) -> list[KeyValue]:
    return [KeyValue(key=key, value=_value(value)) for key, value in values.items()]


def _value(value: Any) -> AnyValue:
    if isinstance(value, bool):
        return AnyValue(bool_value=value)
    return AnyValue(int_value=value) if isinstance(value, int) else AnyValue(string_value=value)


def _recording(now_ms: int, seq: int) -> list[dict[str, Any]]:
    """A full snapshot of a small page, as rrweb writes it."""
    start_ms = now_ms + 1000 * seq
    text = {"type": 3, "textContent": "Recorded by otel-replay doctor.", "id": 6}
    paragraph = {"type": 2, "tagName": "p", "attributes": {}, "childNodes": [text], "id": 5}
    body = {"type": 2, "tagName": "body", "attributes": {}, "childNodes": [paragraph], "id": 4}
    head = {"type": 2, "tagName": "head", "attributes": {}, "childNodes": [], "id": 3}
    html = {"type": 2, "tagName": "html", "attributes": {}, "childNodes": [head, body], "id": 2}
    page = {"href": "http://localhost/doctor", "width": 640, "height": 360}
    snapshot = {
        "node": {"type": 0, "childNodes": [html], "id": 1},
        "initialOffset": {"top": 0, "left": 0},
    }
    return [
        {"type": 4, "data": page, "timestamp": start_ms},
        {"type": 2, "data": snapshot, "timestamp": start_ms + 1},
    ]
