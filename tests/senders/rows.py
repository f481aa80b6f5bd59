"""The rows that the telemetry of these tests must become, whoever sent it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.senders.telemetry import TRACE_ID
from tests.support.process import Up, wait_for

Rows = list[dict[str, Any]]

_TRACES = """
SELECT toUnixTimestamp64Milli(Timestamp) - 1790000000000 AS at_ms, TraceId, SpanId, ParentSpanId,
    SpanName, SpanKind, Duration, StatusCode, StatusMessage, ScopeName, ScopeVersion,
    SpanAttributes, ResourceAttributes['service.version'] AS version,
    arrayMap(t -> toUnixTimestamp64Milli(t) - 1790000000000, Events.Timestamp) AS events_at_ms,
    Events.Name AS events, Events.Attributes AS event_attributes,
    Links.TraceId AS link_traces, Links.SpanId AS link_spans, Links.Attributes AS link_attributes
FROM otel_traces WHERE ServiceName = '{service}' ORDER BY SpanId
"""
_LOGS = """
SELECT toUnixTimestamp64Milli(Timestamp) - 1790000000000 AS at_ms, TraceId, SpanId, TraceFlags,
    SeverityNumber, SeverityText, Body, EventName, LogAttributes, SessionId,
    ScopeName, ScopeVersion, ResourceAttributes['service.version'] AS version
FROM otel_logs WHERE ServiceName = '{service}' ORDER BY Timestamp
"""
_SUMS = """
SELECT MetricName, MetricUnit, MetricDescription, Attributes, Value, AggregationTemporality,
    IsMonotonic, ScopeName, ResourceAttributes['service.version'] AS version
FROM otel_metrics_sum WHERE ServiceName = '{service}'
"""
_GAUGES = """
SELECT MetricName, MetricUnit, Attributes, Value
FROM otel_metrics_gauge WHERE ServiceName = '{service}'
"""
_HISTOGRAMS = """
SELECT MetricName, MetricUnit, Count, Sum, BucketCounts, ExplicitBounds, Min, Max,
    AggregationTemporality
FROM otel_metrics_histogram WHERE ServiceName = '{service}'
"""

_SCOPE = {"ScopeName": "lib", "ScopeVersion": "2.5", "version": "1.0"}
_PARENT, _CHILD = "0000000000000001", "0000000000000002"
TRACES: Rows = [
    {
        "at_ms": 0,
        "TraceId": TRACE_ID,
        "SpanId": _PARENT,
        "ParentSpanId": "",
        "SpanName": "GET /orders",
        "SpanKind": "Server",
        "Duration": 5_000_000,
        "StatusCode": "Error",
        "StatusMessage": "no kettle",
        "SpanAttributes": {
            "text": "ü ✓",
            "yes": "true",
            "whole": "42",
            "half": "0.5",
            "list": '["a","b"]',
        },
        "events_at_ms": [3],
        "events": ["exception"],
        "event_attributes": [{"exception.type": "KeyError", "exception.message": "kettle"}],
        "link_traces": ["ab" * 16],
        "link_spans": ["cd" * 8],
        "link_attributes": [{"why": "retry"}],
        **_SCOPE,
    },
    {
        "at_ms": 1,
        "TraceId": TRACE_ID,
        "SpanId": _CHILD,
        "ParentSpanId": _PARENT,
        "SpanName": "SELECT",
        "SpanKind": "Client",
        "Duration": 1_000_000,
        "StatusCode": "Unset",
        "StatusMessage": "",
        "SpanAttributes": {},
        "events_at_ms": [],
        "events": [],
        "event_attributes": [],
        "link_traces": [],
        "link_spans": [],
        "link_attributes": [],
        **_SCOPE,
    },
]
LOGS: Rows = [
    {
        "at_ms": 1,
        "TraceId": TRACE_ID,
        "SpanId": _PARENT,
        "TraceFlags": 1,
        "SeverityNumber": 17,
        "SeverityText": "ERROR",
        "Body": "out of kettles",
        "EventName": "",
        "LogAttributes": {"shelf": "7", "session.id": "5e55"},
        "SessionId": "5e55",
        **_SCOPE,
    },
    {
        "at_ms": 2,
        "TraceId": "",
        "SpanId": "",
        "TraceFlags": 0,
        "SeverityNumber": 9,
        "SeverityText": "",
        "Body": "done",
        "EventName": "restocked",
        "LogAttributes": {},
        "SessionId": "",
        **_SCOPE,
    },
]
METRICS: Rows = [
    {
        "MetricName": "orders",
        "MetricUnit": "1",
        "MetricDescription": "Orders placed",
        "Attributes": {"shop": "north"},
        "Value": 5,
        "AggregationTemporality": 2,
        "IsMonotonic": True,
        "ScopeName": "lib",
        "version": "1.0",
    },
    {"MetricName": "kettles", "MetricUnit": "1", "Attributes": {}, "Value": 7.5},
    {
        "MetricName": "wait",
        "MetricUnit": "s",
        "Count": 4,
        "Sum": 14.5,
        "BucketCounts": [1, 2, 1],
        "ExplicitBounds": [1, 5],
        "Min": 0.5,
        "Max": 9,
        "AggregationTemporality": 2,
    },
]


def traces(up: Up, service: str) -> Rows:
    return _rows(up, _TRACES, service)


def logs(up: Up, service: str) -> Rows:
    return _rows(up, _LOGS, service)


def metrics(up: Up, service: str) -> Rows:
    return [row for query in (_SUMS, _GAUGES, _HISTOGRAMS) for row in _rows(up, query, service)]


def _rows(up: Up, query: str, service: str) -> Rows:
    return up.sql(query.format(service=service))


def expect(read: Callable[[Up, str], Rows], up: Up, service: str, expected: Rows) -> None:
    """The rows are these; what is acknowledged on a slow machine may wait on the disk at first."""
    wait_for(f"rows of {service}", lambda: len(read(up, service)) >= len(expected))
    assert read(up, service) == expected
