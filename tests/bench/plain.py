"""The plain path, to compare with: parse protobuf, build rows in Python, insert them.

This is what a receiver looks like that does nothing special, with clickhouse-connect's own row
insert. It lives here only.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from otel_replay.storage.clickhouse import Database

_KINDS = ["Unspecified", "Internal", "Server", "Client", "Producer", "Consumer"]
_STATUS = ["Unset", "Ok", "Error"]


def insert_traces(database: Database, requests: Iterable[bytes]) -> None:
    """Stores trace requests the plain way, as one batch."""
    rows: list[dict[str, Any]] = []
    for data in requests:
        request = ExportTraceServiceRequest.FromString(data)
        for resource in request.resource_spans:
            resource_attributes = _map(resource.resource.attributes)
            for scope in resource.scope_spans:
                rows += [_span(resource_attributes, scope.scope, span) for span in scope.spans]
    database.insert("otel_traces", rows)


def insert_logs(database: Database, requests: Iterable[bytes]) -> None:
    """Stores log requests the plain way, as one batch."""
    rows: list[dict[str, Any]] = []
    for data in requests:
        request = ExportLogsServiceRequest.FromString(data)
        for resource in request.resource_logs:
            resource_attributes = _map(resource.resource.attributes)
            for scope in resource.scope_logs:
                rows += [_log(resource_attributes, scope.scope, r) for r in scope.log_records]
    database.insert("otel_logs", rows)


PLAIN: dict[str, Callable[[Database, Iterable[bytes]], None]] = {
    "traces": insert_traces,
    "logs": insert_logs,
}


def _span(resource_attributes: dict[str, str], scope: Any, span: Any) -> dict[str, Any]:
    start, end = span.start_time_unix_nano, span.end_time_unix_nano
    return {
        "Timestamp": _time(start),
        "TraceId": span.trace_id.hex(),
        "SpanId": span.span_id.hex(),
        "ParentSpanId": span.parent_span_id.hex(),
        "TraceState": span.trace_state,
        "SpanName": span.name,
        "SpanKind": _KINDS[span.kind],
        "ServiceName": resource_attributes.get("service.name", ""),
        "ResourceAttributes": resource_attributes,
        "ScopeName": scope.name,
        "ScopeVersion": scope.version,
        "SpanAttributes": _map(span.attributes),
        "Duration": max(0, end - start),
        "StatusCode": _STATUS[span.status.code],
        "StatusMessage": span.status.message,
        "Events.Timestamp": [_time(e.time_unix_nano) for e in span.events],
        "Events.Name": [e.name for e in span.events],
        "Events.Attributes": [_map(e.attributes) for e in span.events],
        "Links.TraceId": [link.trace_id.hex() for link in span.links],
        "Links.SpanId": [link.span_id.hex() for link in span.links],
        "Links.TraceState": [link.trace_state for link in span.links],
        "Links.Attributes": [_map(link.attributes) for link in span.links],
    }


def _log(resource_attributes: dict[str, str], scope: Any, record: Any) -> dict[str, Any]:
    return {
        "Timestamp": _time(record.time_unix_nano or record.observed_time_unix_nano),
        "TraceId": record.trace_id.hex(),
        "SpanId": record.span_id.hex(),
        "TraceFlags": record.flags & 0xFF,
        "SeverityText": record.severity_text,
        "SeverityNumber": record.severity_number,
        "ServiceName": resource_attributes.get("service.name", ""),
        "Body": _text(record.body),
        "ResourceSchemaUrl": "",
        "ResourceAttributes": resource_attributes,
        "ScopeSchemaUrl": "",
        "ScopeName": scope.name,
        "ScopeVersion": scope.version,
        "ScopeAttributes": _map(scope.attributes),
        "LogAttributes": _map(record.attributes),
        "EventName": record.event_name,
    }


def _time(nanoseconds: int) -> datetime:
    return datetime.fromtimestamp(nanoseconds / 1e9, UTC)


def _map(attributes: Any) -> dict[str, str]:
    return {a.key: _text(a.value) for a in attributes}


def _text(value: Any) -> str:
    kind = value.WhichOneof("value")
    if kind == "string_value":
        return str(value.string_value)
    if kind == "bool_value":
        return "true" if value.bool_value else "false"
    if kind is None:
        return ""
    if kind in ("array_value", "kvlist_value"):
        return json.dumps(str(value))
    return str(getattr(value, kind))
