"""The plain path, to compare with: parse protobuf, build rows in Python, insert them.

This is what a receiver looks like that does nothing special, with clickhouse-connect's own row
insert. It lives here only. It stores into our tables, so what hangs on them is the same; `bare`
makes a database where nothing hangs on them, as tables are that are meant for nothing else.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from otel_replay.storage.clickhouse import Database
from otel_replay.storage.migrate import migrate
from otel_replay.telemetry import SignalName

Rows = dict[str, list[dict[str, Any]]]

_KINDS = ["Unspecified", "Internal", "Server", "Client", "Producer", "Consumer"]
_STATUS = ["Unset", "Ok", "Error"]


def bare(database: Database) -> None:
    """Makes the tables, without any view."""
    migrate(database)
    for row in database.query(
        "SELECT name FROM system.tables"
        " WHERE database = currentDatabase() AND engine = 'MaterializedView'"
    ):
        database.command(f"DROP VIEW {row['name']}")


def rows_of_traces(request: Any) -> Rows:
    """Spans as rows of otel_traces."""
    rows: Rows = defaultdict(list)
    for resource in request.resource_spans:
        attributes = _map(resource.resource.attributes)
        for scope in resource.scope_spans:
            rows["otel_traces"] += [_span(attributes, scope.scope, span) for span in scope.spans]
    return rows


def rows_of_logs(request: Any) -> Rows:
    """Records as rows of otel_logs."""
    rows: Rows = defaultdict(list)
    for resource in request.resource_logs:
        attributes = _map(resource.resource.attributes)
        for scope in resource.scope_logs:
            rows["otel_logs"] += [_log(attributes, scope.scope, r) for r in scope.log_records]
    return rows


def rows_of_metrics(request: Any) -> Rows:
    """Points of gauges, sums and histograms as rows of their tables."""
    rows: Rows = defaultdict(list)
    for resource in request.resource_metrics:
        attributes = _map(resource.resource.attributes)
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                kind = metric.WhichOneof("data")
                data = getattr(metric, kind)
                about = _metric(attributes, scope.scope, metric, kind, data)
                rows[f"otel_metrics_{kind}"] += [
                    {**about, **_POINTS[kind](p)} for p in data.data_points
                ]
    return rows


_SIGNALS: dict[SignalName, tuple[Any, Callable[[Any], Rows]]] = {
    "traces": (ExportTraceServiceRequest, rows_of_traces),
    "logs": (ExportLogsServiceRequest, rows_of_logs),
    "metrics": (ExportMetricsServiceRequest, rows_of_metrics),
}


def store(database: Database, signal: SignalName, requests: Iterable[bytes]) -> None:
    """Stores requests the plain way, as one batch."""
    request_class, rows_of = _SIGNALS[signal]
    batch: Rows = defaultdict(list)
    for data in requests:
        for name, rows in rows_of(request_class.FromString(data)).items():
            batch[name] += rows
    for name, rows in batch.items():
        # The same rows are stored again and again here: equal blocks must not be left out.
        database.insert(name, rows, {"deduplicate_insert": "disable"})


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


def _metric(
    resource_attributes: dict[str, str], scope: Any, metric: Any, kind: str, data: Any
) -> dict[str, Any]:
    about = {
        "ResourceAttributes": resource_attributes,
        "ScopeName": scope.name,
        "ScopeVersion": scope.version,
        "ScopeAttributes": _map(scope.attributes),
        "ServiceName": resource_attributes.get("service.name", ""),
        "MetricName": metric.name,
        "MetricDescription": metric.description,
        "MetricUnit": metric.unit,
    }
    if kind != "gauge":
        about["AggregationTemporality"] = data.aggregation_temporality
    if kind == "sum":
        about["IsMonotonic"] = data.is_monotonic
    return about


def _point(point: Any) -> dict[str, Any]:
    return {
        "Attributes": _map(point.attributes),
        "StartTimeUnix": _time(point.start_time_unix_nano),
        "TimeUnix": _time(point.time_unix_nano),
        "Flags": point.flags,
        "Exemplars.FilteredAttributes": [_map(e.filtered_attributes) for e in point.exemplars],
        "Exemplars.TimeUnix": [_time(e.time_unix_nano) for e in point.exemplars],
        "Exemplars.Value": [_number(e) for e in point.exemplars],
        "Exemplars.SpanId": [e.span_id.hex() for e in point.exemplars],
        "Exemplars.TraceId": [e.trace_id.hex() for e in point.exemplars],
    }


def _number_point(point: Any) -> dict[str, Any]:
    return {**_point(point), "Value": _number(point)}


def _histogram_point(point: Any) -> dict[str, Any]:
    return {
        **_point(point),
        "Count": point.count,
        "Sum": point.sum,
        "BucketCounts": list(point.bucket_counts),
        "ExplicitBounds": list(point.explicit_bounds),
        "Min": point.min,
        "Max": point.max,
    }


_POINTS = {"gauge": _number_point, "sum": _number_point, "histogram": _histogram_point}


def _number(point: Any) -> float:
    return float(getattr(point, point.WhichOneof("value") or "as_double"))


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
