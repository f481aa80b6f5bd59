"""Requests of all signals, and what the Collector's ClickHouse exporter makes of them."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import Message

from otel_replay.telemetry import SignalName
from tests.support.otlp import (
    SPAN_ID,
    TRACE_ID,
    attributes,
    logs_request,
    metrics_request,
    span,
    traces_request,
)

NS = 1790000000_123456789
TIME = "2026-09-21 14:13:20.123456789"
EPOCH = "1970-01-01 00:00:00.000000000"
VALUES = {
    "s": "text",
    "i": -7,
    "d": 1e21,
    "b": True,
    "n": None,
    "y": b"\xff",
    "m": {"b": 1, "a": []},
}
TEXTS = {
    **{"s": "text", "i": "-7", "d": "1e+21", "b": "true", "n": "", "y": "/w=="},
    "m": '{"a":[],"b":1}',
}
KINDS = ["Unspecified", "Internal", "Server", "Client", "Producer", "Consumer"]
Case = tuple[Message, Mapping[str, Any]]


def one_span(**fields: Any) -> Message:
    return traces_request([span(**fields)])


def one_record(**fields: Any) -> Message:
    return logs_request([fields])


def sender(request: Any) -> Any:
    """The request, from a resource and scope of which everything is known."""
    (group,) = next(value for _, value in request.ListFields())
    group.schema_url = "https://schemas/resource"
    group.resource.attributes.extend(attributes(VALUES))
    (scope,) = getattr(group, next(f.name for f, _ in group.ListFields() if "scope" in f.name))
    scope.schema_url = "https://schemas/scope"
    scope.scope.attributes.extend(attributes(VALUES))
    scope.scope.dropped_attributes_count = 3
    return request


def no_service(request: Any) -> Any:
    (group,) = next(value for _, value in request.ListFields())
    del group.resource.attributes[:]
    return request


RESOURCE = {"service.name": "shop", **TEXTS}

SPANS: dict[str, Case] = {
    "name": (one_span(name="GET /"), {"SpanName": "GET /"}),
    "start": (one_span(start_time_unix_nano=NS), {"Timestamp": TIME}),
    "duration": (
        one_span(start_time_unix_nano=NS, end_time_unix_nano=NS + 15),
        {"Duration": 15},
    ),
    "end before start": (
        one_span(start_time_unix_nano=NS, end_time_unix_nano=NS - 1),
        {"Duration": 0},
    ),
    "no end": (one_span(start_time_unix_nano=NS, end_time_unix_nano=0), {"Duration": 0}),
    "ids": (
        one_span(parent_span_id=b"\xab" * 8),
        {"TraceId": TRACE_ID, "SpanId": SPAN_ID, "ParentSpanId": "ab" * 8},
    ),
    "root": (one_span(), {"ParentSpanId": ""}),
    "root with zeros": (one_span(parent_span_id=bytes(8)), {"ParentSpanId": ""}),
    "state": (one_span(trace_state="a=1,b=2"), {"TraceState": "a=1,b=2"}),
    **{
        f"kind {number}": (one_span(kind=number), {"SpanKind": name})
        for number, name in enumerate(KINDS)
    },
    "no status": (one_span(), {"StatusCode": "Unset", "StatusMessage": ""}),
    "ok": (one_span(status={"code": 1}), {"StatusCode": "Ok"}),
    "error": (
        one_span(status={"code": 2, "message": "boom"}),
        {"StatusCode": "Error", "StatusMessage": "boom"},
    ),
    "attributes": (one_span(attributes=VALUES), {"SpanAttributes": TEXTS}),
    "no attributes": (one_span(), {"SpanAttributes": {}}),
    "events": (
        one_span(
            events=[
                {"name": "a", "time_unix_nano": NS, "attributes": VALUES},
                {"name": "b", "time_unix_nano": 0},
            ]
        ),
        {
            "Events.Name": ["a", "b"],
            "Events.Timestamp": [TIME, EPOCH],
            "Events.Attributes": [TEXTS, {}],
        },
    ),
    "links": (
        one_span(
            links=[
                {"trace_id": b"\1" * 16, "span_id": b"\2" * 8, "trace_state": "k=v"},
                {"trace_id": bytes(16), "attributes": VALUES},
            ]
        ),
        {
            "Links.TraceId": ["01" * 16, ""],
            "Links.SpanId": ["02" * 8, ""],
            "Links.TraceState": ["k=v", ""],
            "Links.Attributes": [{}, TEXTS],
        },
    ),
    "sender": (
        sender(one_span()),
        {
            "ResourceAttributes": RESOURCE,
            "ServiceName": "shop",
            "ScopeName": "lib",
            "ScopeVersion": "1.0",
        },
    ),
    "no service": (no_service(one_span()), {"ServiceName": "", "ResourceAttributes": {}}),
}

LOGS: dict[str, Case] = {
    "time": (one_record(time_unix_nano=NS, observed_time_unix_nano=1), {"Timestamp": TIME}),
    "observed time only": (one_record(observed_time_unix_nano=NS), {"Timestamp": TIME}),
    "both times": (
        one_record(time_unix_nano=1, observed_time_unix_nano=NS),
        {"ObservedTimestamp": TIME},
    ),
    "ids": (
        one_record(trace_id=bytes.fromhex(TRACE_ID), span_id=bytes.fromhex(SPAN_ID)),
        {"TraceId": TRACE_ID, "SpanId": SPAN_ID},
    ),
    "no ids": (one_record(), {"TraceId": "", "SpanId": ""}),
    "zero ids": (one_record(trace_id=bytes(16), span_id=bytes(8)), {"TraceId": "", "SpanId": ""}),
    "flags": (one_record(flags=0x301), {"TraceFlags": 1}),
    "severity": (
        one_record(severity_number=17, severity_text="ERROR"),
        {"SeverityNumber": 17, "SeverityText": "ERROR"},
    ),
    "no severity": (one_record(), {"SeverityNumber": 0, "SeverityText": ""}),
    **{
        f"body {name}": (one_record(body=VALUES[name]), {"Body": text})
        for name, text in TEXTS.items()
    },
    "no body": (one_record(), {"Body": ""}),
    "attributes": (one_record(attributes=VALUES), {"LogAttributes": TEXTS}),
    "event": (one_record(event_name="browser.click"), {"EventName": "browser.click"}),
    "sender": (
        sender(one_record()),
        {
            "ResourceAttributes": RESOURCE,
            "ResourceSchemaUrl": "https://schemas/resource",
            "ServiceName": "shop",
            "ScopeName": "lib",
            "ScopeAttributes": TEXTS,
            "ScopeSchemaUrl": "https://schemas/scope",
        },
    ),
    "no service": (no_service(one_record()), {"ServiceName": "", "ResourceAttributes": {}}),
}

POINT = {"time_unix_nano": NS, "start_time_unix_nano": NS - 5}
EXEMPLARS = [
    {
        "time_unix_nano": NS,
        "as_int": 3,
        "trace_id": b"\1" * 16,
        "span_id": b"\2" * 8,
        "filtered_attributes": VALUES,
    },
    {"as_double": 0.5},
    {},
]
EXEMPLAR_COLUMNS = {
    "Exemplars.TimeUnix": [TIME, EPOCH, EPOCH],
    "Exemplars.Value": [3, 0.5, 0],
    "Exemplars.TraceId": ["01" * 16, "", ""],
    "Exemplars.SpanId": ["02" * 8, "", ""],
    "Exemplars.FilteredAttributes": [TEXTS, {}, {}],
}
TOTAL: dict[str, Any] = {"count": 3, "sum": 1.5}
TOTALS = {"Count": 3, "Sum": 1.5}


def one_point(kind: str, of_kind: Mapping[str, Any] | None = None, **fields: Any) -> Message:
    point = {**POINT, **fields}
    return metrics_request([{"name": "m", kind: {"data_points": [point], **(of_kind or {})}}])


def buckets(offset: int, counts: list[int]) -> dict[str, Any]:
    return {"offset": offset, "bucket_counts": counts}


# By kind, which is the rest of the table's name.
METRICS: dict[str, dict[str, Case]] = {
    "gauge": {
        "double": (one_point("gauge", as_double=-1.5), {"Value": -1.5}),
        "integer": (one_point("gauge", as_int=-7), {"Value": -7}),
        "zero": (one_point("gauge", as_int=0), {"Value": 0}),
        "not a number": (one_point("gauge", as_double=math.nan), {"Value": "nan"}),
        "infinite": (one_point("gauge", as_double=-math.inf), {"Value": "-inf"}),
        "no recorded value": (one_point("gauge", flags=1), {"Value": 0, "Flags": 1}),
        "times": (
            one_point("gauge"),
            {"TimeUnix": TIME, "StartTimeUnix": "2026-09-21 14:13:20.123456784"},
        ),
        "no start": (one_point("gauge", start_time_unix_nano=0), {"StartTimeUnix": EPOCH}),
        "attributes": (one_point("gauge", attributes=VALUES), {"Attributes": TEXTS}),
        "exemplars": (one_point("gauge", exemplars=EXEMPLARS), EXEMPLAR_COLUMNS),
        "description": (
            metrics_request(
                [{"name": "m", "description": "d", "unit": "By", "gauge": {"data_points": [POINT]}}]
            ),
            {"MetricName": "m", "MetricDescription": "d", "MetricUnit": "By"},
        ),
        "sender": (
            sender(one_point("gauge")),
            {
                "ResourceAttributes": RESOURCE,
                "ResourceSchemaUrl": "https://schemas/resource",
                "ServiceName": "shop",
                "ScopeName": "lib",
                "ScopeVersion": "1.0",
                "ScopeAttributes": TEXTS,
                "ScopeDroppedAttrCount": 3,
                "ScopeSchemaUrl": "https://schemas/scope",
            },
        ),
        "no service": (no_service(one_point("gauge")), {"ServiceName": ""}),
    },
    "sum": {
        "counter": (
            one_point("sum", {"aggregation_temporality": 2, "is_monotonic": True}, as_int=5),
            {"Value": 5, "AggregationTemporality": 2, "IsMonotonic": True},
        ),
        "delta": (
            one_point("sum", {"aggregation_temporality": 1}, as_double=0.1),
            {"Value": 0.1, "AggregationTemporality": 1, "IsMonotonic": False},
        ),
        "exemplars": (one_point("sum", exemplars=EXEMPLARS), EXEMPLAR_COLUMNS),
    },
    "histogram": {
        "buckets": (
            one_point(
                "histogram",
                {"aggregation_temporality": 2},
                **TOTAL,
                bucket_counts=[1, 2],
                explicit_bounds=[0.5],
                min=0.25,
                max=1,
            ),
            {
                **TOTALS,
                "BucketCounts": [1, 2],
                "ExplicitBounds": [0.5],
                "Min": 0.25,
                "Max": 1,
                "AggregationTemporality": 2,
            },
        ),
        "nothing measured": (
            one_point("histogram", flags=1),
            {"Count": 0, "Sum": 0, "BucketCounts": [], "Min": 0, "Max": 0, "Flags": 1},
        ),
        "exemplars": (one_point("histogram", exemplars=EXEMPLARS), EXEMPLAR_COLUMNS),
    },
    "exponential_histogram": {
        "buckets": (
            one_point(
                "exponential_histogram",
                {"aggregation_temporality": 1},
                **TOTAL,
                scale=-2,
                zero_count=4,
                zero_threshold=0.125,
                positive=buckets(-3, [1, 300]),
                negative=buckets(9, [2]),
                min=-1,
                max=2,
            ),
            {
                **TOTALS,
                "Scale": -2,
                "ZeroCount": 4,
                "ZeroThreshold": 0.125,
                "PositiveOffset": -3,
                "PositiveBucketCounts": [1, 300],
                "NegativeOffset": 9,
                "NegativeBucketCounts": [2],
                "Min": -1,
                "Max": 2,
                "AggregationTemporality": 1,
            },
        ),
        "exemplars": (one_point("exponential_histogram", exemplars=EXEMPLARS), EXEMPLAR_COLUMNS),
    },
    "summary": {
        "quantiles": (
            one_point(
                "summary",
                **TOTAL,
                quantile_values=[{"quantile": 0.5, "value": 1}, {"quantile": 1, "value": 2.5}],
            ),
            {
                **TOTALS,
                "ValueAtQuantiles.Quantile": [0.5, 1],
                "ValueAtQuantiles.Value": [1, 2.5],
            },
        ),
        "attributes": (one_point("summary", attributes=VALUES), {"Attributes": TEXTS}),
        "flags": (one_point("summary", flags=1), {"Flags": 1}),
    },
}

CASES: list[tuple[str, SignalName, str, Case]] = [
    *(("otel_traces", "traces", name, case) for name, case in SPANS.items()),
    *(("otel_logs", "logs", name, case) for name, case in LOGS.items()),
    *(
        (f"otel_metrics_{kind}", "metrics", name, case)
        for kind, cases in METRICS.items()
        for name, case in cases.items()
    ),
]

HEX = {"traceId", "spanId", "parentSpanId"}


def otlp_json(message: Message) -> str:
    """A request as OTLP/JSON, which is protobuf's JSON but for ids in hex."""
    return json.dumps(_with_hex_ids(json_format.MessageToDict(message)))


def _with_hex_ids(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_hex_ids(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: base64.b64decode(item).hex() if key in HEX else _with_hex_ids(item)
        for key, item in value.items()
    }
