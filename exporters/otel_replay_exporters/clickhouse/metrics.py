"""Metrics: the messages, and the row that each of the five kinds of points becomes."""

from __future__ import annotations

from collections.abc import Mapping

from otel_replay_exporters.clickhouse.extraction import SERVICE_NAME, Signal, Table
from otel_replay_exporters.clickhouse.messages import Field, Message
from otel_replay_exporters.clickhouse.otlp import attributes
from otel_replay_exporters.clickhouse.values import attribute_map, each, hex_id, time

_EXEMPLAR = Message(
    "Exemplar",
    (
        Field("time_unix_nano", 2, "fixed64"),
        Field("as_double", 3, "double"),
        Field("span_id", 4, "bytes"),
        Field("trace_id", 5, "bytes"),
        Field("as_int", 6, "sfixed64"),
        attributes(7, "filtered_attributes"),
    ),
)
_TIMES = (Field("start_time_unix_nano", 2, "fixed64"), Field("time_unix_nano", 3, "fixed64"))
_TOTALS = (Field("count", 4, "fixed64"), Field("sum", 5, "double"))
_NUMBER_POINT = Message(
    "NumberDataPoint",
    (
        *_TIMES,
        Field("as_double", 4, "double"),
        Field("exemplars", 5, _EXEMPLAR, repeated=True),
        Field("as_int", 6, "sfixed64"),
        attributes(7),
        Field("flags", 8, "uint32"),
    ),
)
_HISTOGRAM_POINT = Message(
    "HistogramDataPoint",
    (
        *_TIMES,
        *_TOTALS,
        Field("bucket_counts", 6, "fixed64", repeated=True),
        Field("explicit_bounds", 7, "double", repeated=True),
        Field("exemplars", 8, _EXEMPLAR, repeated=True),
        attributes(9),
        Field("flags", 10, "uint32"),
        Field("min", 11, "double"),
        Field("max", 12, "double"),
    ),
)
_BUCKETS = Message(
    "Buckets", (Field("offset", 1, "sint32"), Field("bucket_counts", 2, "uint64", repeated=True))
)
_EXPONENTIAL_POINT = Message(
    "ExponentialHistogramDataPoint",
    (
        attributes(1),
        *_TIMES,
        *_TOTALS,
        Field("scale", 6, "sint32"),
        Field("zero_count", 7, "fixed64"),
        Field("positive", 8, _BUCKETS),
        Field("negative", 9, _BUCKETS),
        Field("flags", 10, "uint32"),
        Field("exemplars", 11, _EXEMPLAR, repeated=True),
        Field("min", 12, "double"),
        Field("max", 13, "double"),
        Field("zero_threshold", 14, "double"),
    ),
)
_QUANTILE = Message(
    "ValueAtQuantile", (Field("quantile", 1, "double"), Field("value", 2, "double"))
)
_SUMMARY_POINT = Message(
    "SummaryDataPoint",
    (
        *_TIMES,
        *_TOTALS,
        Field("quantile_values", 6, _QUANTILE, repeated=True),
        attributes(7),
        Field("flags", 8, "uint32"),
    ),
)


def _kind(name: str, number: int, point: Message, *more: Field) -> Field:
    """One of the members of the oneof in a metric."""
    message = name.title().replace("_", "")
    points = Field("data_points", 1, point, repeated=True)
    return Field(name, number, Message(message, (points, *more)))


_TEMPORALITY = Field("aggregation_temporality", 2, "int32")
_METRIC = Message(
    "Metric",
    (
        Field("name", 1, "string"),
        Field("description", 2, "string"),
        Field("unit", 3, "string"),
        _kind("gauge", 5, _NUMBER_POINT),
        _kind("sum", 7, _NUMBER_POINT, _TEMPORALITY, Field("is_monotonic", 3, "bool")),
        _kind("histogram", 9, _HISTOGRAM_POINT, _TEMPORALITY),
        _kind("exponential_histogram", 10, _EXPONENTIAL_POINT, _TEMPORALITY),
        _kind("summary", 11, _SUMMARY_POINT),
    ),
)

_COMMON = {
    "ResourceAttributes": "resource_attributes",
    "ResourceSchemaUrl": "resource_schema_url",
    "ScopeName": "scope_name",
    "ScopeVersion": "scope_version",
    "ScopeAttributes": "scope_attributes",
    "ScopeDroppedAttrCount": "scope_dropped",
    "ScopeSchemaUrl": "scope_schema_url",
    "ServiceName": SERVICE_NAME,
    "MetricName": "metric_name",
    "MetricDescription": "metric_description",
    "MetricUnit": "metric_unit",
    "Attributes": attribute_map("p.attributes"),
    "StartTimeUnix": time("p.start_time_unix_nano"),
    "TimeUnix": time("p.time_unix_nano"),
    "Flags": "p.flags",
}


def _number(item: str) -> str:
    """Value of a point or exemplar; 0 where it has none, as where its flags say so."""
    return f"if({item}.as_int != 0, toFloat64({item}.as_int), {item}.as_double)"


_EXEMPLARS = {
    "`Exemplars.FilteredAttributes`": each(
        "p.exemplars", "e", attribute_map("e.filtered_attributes")
    ),
    "`Exemplars.TimeUnix`": each("p.exemplars", "e", time("e.time_unix_nano")),
    "`Exemplars.Value`": each("p.exemplars", "e", _number("e")),
    "`Exemplars.SpanId`": each("p.exemplars", "e", hex_id("e.span_id", 8)),
    "`Exemplars.TraceId`": each("p.exemplars", "e", hex_id("e.trace_id", 16)),
}
_NUMBER = {"Value": _number("p"), **_EXEMPLARS}
_TOTAL = {"Count": "p.count", "Sum": "p.sum"}
_DISTRIBUTION = {**_TOTAL, "Min": "p.min", "Max": "p.max", **_EXEMPLARS}


def _table(kind: str, row: Mapping[str, str], **of_kind: str) -> Table:
    """The table of a kind. `of_kind`: columns that hold a field of the kind, not of its points."""
    fields = {"metric_name": "name", "metric_description": "description", "metric_unit": "unit"}
    fields |= {field: f"{kind}.{field}" for field in of_kind.values()}
    return Table(
        f"otel_metrics_{kind}",
        row={**_COMMON, **row, **of_kind},
        points=f"r.{kind}.data_points",
        of_record={name: f"r.{field}" for name, field in fields.items()},
    )


METRICS = Signal(
    name="metrics",
    levels=("resource_metrics", "scope_metrics", "metrics"),
    record=_METRIC,
    tables=(
        _table("gauge", _NUMBER),
        _table(
            "sum",
            _NUMBER,
            AggregationTemporality="aggregation_temporality",
            IsMonotonic="is_monotonic",
        ),
        _table(
            "histogram",
            {
                **_DISTRIBUTION,
                "BucketCounts": "p.bucket_counts",
                "ExplicitBounds": "p.explicit_bounds",
            },
            AggregationTemporality="aggregation_temporality",
        ),
        _table(
            "exponential_histogram",
            {
                **_DISTRIBUTION,
                "Scale": "p.scale",
                "ZeroCount": "p.zero_count",
                "ZeroThreshold": "p.zero_threshold",
                "PositiveOffset": "p.positive.offset",
                "PositiveBucketCounts": "p.positive.bucket_counts",
                "NegativeOffset": "p.negative.offset",
                "NegativeBucketCounts": "p.negative.bucket_counts",
            },
            AggregationTemporality="aggregation_temporality",
        ),
        _table(
            "summary",
            {
                **_TOTAL,
                "`ValueAtQuantiles.Quantile`": each("p.quantile_values", "q", "q.quantile"),
                "`ValueAtQuantiles.Value`": each("p.quantile_values", "q", "q.value"),
            },
        ),
    ),
)
