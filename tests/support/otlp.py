"""Builds OTLP requests as senders do."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
SPAN_ID = "b7ad6b7169203331"
SESSION_ID = "5e551075e551075e551075e551075e55"
TAB = "7ab07ab07ab07ab0"


class Pairs(tuple[tuple[str, Any], ...]):
    """A map whose keys may repeat."""


def any_value(value: Any) -> AnyValue:
    """A Python value as an AnyValue."""
    result = AnyValue()
    match value:
        case Pairs():
            result.kvlist_value.SetInParent()
            result.kvlist_value.values.extend(attributes(value))
        case None:
            pass
        case bool():
            result.bool_value = value
        case int():
            result.int_value = value
        case float():
            result.double_value = value
        case str():
            result.string_value = value
        case bytes():
            result.bytes_value = value
        case Mapping():
            result.kvlist_value.SetInParent()
            result.kvlist_value.values.extend(attributes(value))
        case Sequence():
            result.array_value.SetInParent()
            result.array_value.values.extend(any_value(item) for item in value)
        case _:
            raise TypeError(type(value))
    return result


def attributes(values: Mapping[str, Any] | Pairs) -> list[KeyValue]:
    """A mapping as a list of KeyValue."""
    pairs = values.items() if isinstance(values, Mapping) else values
    return [KeyValue(key=key, value=any_value(value)) for key, value in pairs]


def span(**fields: Any) -> dict[str, Any]:
    """The fields of a span, with sound defaults."""
    now = time.time_ns()
    return {
        "trace_id": bytes.fromhex(TRACE_ID),
        "span_id": bytes.fromhex(SPAN_ID),
        "name": "GET /",
        "kind": 2,
        "start_time_unix_nano": now,
        "end_time_unix_nano": now + 1_000_000,
    } | fields


def traces_request(
    spans: Sequence[Mapping[str, Any]], resource: Mapping[str, Any] | None = None
) -> ExportTraceServiceRequest:
    """A request with these spans; their `attributes` are a plain mapping."""
    request = ExportTraceServiceRequest()
    resource_spans = request.resource_spans.add()
    resource_spans.resource.attributes.extend(attributes(resource or {"service.name": "shop"}))
    scope = resource_spans.scope_spans.add()
    scope.scope.name, scope.scope.version = "lib", "1.0"
    for fields in spans:
        scope.spans.add(**_with_attributes(fields))
    return request


def logs_request(
    records: Sequence[Mapping[str, Any]],
    resource: Mapping[str, Any] | None = None,
    scope_name: str = "lib",
) -> ExportLogsServiceRequest:
    """A request with these records; `attributes` and `body` are plain values."""
    request = ExportLogsServiceRequest()
    resource_logs = request.resource_logs.add()
    resource_logs.resource.attributes.extend(attributes(resource or {"service.name": "shop"}))
    scope = resource_logs.scope_logs.add()
    scope.scope.name = scope_name
    for fields in records:
        values = _with_attributes(fields)
        if "body" in values:
            values["body"] = any_value(values["body"])
        scope.log_records.add(**values)
    return request


def metrics_request(
    metrics: Sequence[Mapping[str, Any]], resource: Mapping[str, Any] | None = None
) -> ExportMetricsServiceRequest:
    """A request with these metrics, each with the fields of its kind under the kind's name.

    `attributes` of points are a plain mapping, and `filtered_attributes` of exemplars.
    """
    request = ExportMetricsServiceRequest()
    resource_metrics = request.resource_metrics.add()
    resource_metrics.resource.attributes.extend(attributes(resource or {"service.name": "shop"}))
    scope = resource_metrics.scope_metrics.add()
    scope.scope.name, scope.scope.version = "lib", "1.0"
    for fields in metrics:
        scope.metrics.add(**{name: _kind(value) for name, value in fields.items()})
    return request


def _kind(value: Any) -> Any:
    """The fields of a metric's kind, or a plain field of the metric."""
    if not isinstance(value, Mapping):
        return value
    return {**value, "data_points": [_with_attributes(point) for point in value["data_points"]]}


def chunk_record(
    seq: int, events: Sequence[Mapping[str, Any]] | None = None, **overrides: Any
) -> dict[str, Any]:
    """The log record of a replay chunk; `overrides` replace attributes (None leaves one out)."""
    now_ms = int(time.time() * 1000)
    events = events or [{"type": 3, "timestamp": now_ms, "data": {"source": 1, "seq": seq}}]
    text = json.dumps(list(events)).encode()
    values: dict[str, Any] = {
        "session.id": SESSION_ID,
        "session.replay.tab": TAB,
        "session.replay.seq": seq,
        "session.replay.start": int(events[0]["timestamp"]),
        "session.replay.end": int(events[-1]["timestamp"]),
        "session.replay.events": len(events),
        "session.replay.checkpoint": any(event["type"] == 2 for event in events),
        "session.replay.encoding": "gzip",
        "session.replay.size": len(text),
        "session.replay.final": False,
    }
    values |= {f"session.{name}".replace("__", "."): value for name, value in overrides.items()}
    return {
        "time_unix_nano": values["session.replay.start"] * 1_000_000
        if isinstance(values["session.replay.start"], int)
        else 0,
        "observed_time_unix_nano": now_ms * 1_000_000,
        "event_name": "session.replay.chunk",
        "attributes": {k: v for k, v in values.items() if v is not None},
        "body": gzip.compress(text),
    }


def _with_attributes(fields: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(fields)
    for name in ("attributes", "filtered_attributes"):
        if name in values:
            values[name] = attributes(values[name])
    for part in ("events", "links", "exemplars"):
        if part in values:
            values[part] = [_with_attributes(item) for item in values[part]]
    return values
