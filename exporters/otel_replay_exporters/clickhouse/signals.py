"""What ClickHouse makes of an export request of each signal: one description, one path.

A request's bytes go into a table with ENGINE = Null that mirrors the message; a materialized view
takes them apart into rows of the table that people query.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from otel_replay_exporters.clickhouse.messages import Message, columns, proto_text
from otel_replay_exporters.clickhouse.otlp import LOG_RECORD, SPAN, export_request
from otel_replay_exporters.clickhouse.values import attribute_map, text


@dataclass(frozen=True)
class Signal:
    """How one signal becomes rows."""

    name: str
    table: str
    """Table that the rows go to."""
    levels: tuple[str, str, str]
    """Names of the repeated fields: resources, scopes, records."""
    record: Message
    row: Mapping[str, str]
    """Column to SQL over: r (the record), resource_attributes, resource_schema_url, scope_name,
    scope_version, scope_attributes, scope_schema_url."""

    @cached_property
    def request(self) -> Message:
        return export_request(self.name.capitalize(), *self.levels, self.record)

    @cached_property
    def schema(self) -> str:
        """The request's schema, for the setting format_schema."""
        return proto_text(self.request)

    @cached_property
    def ingest_table(self) -> str:
        """Named after its own text, so that processes of two versions can run side by side."""
        text_hash = hashlib.sha256((columns(self.request) + self._select).encode()).hexdigest()
        return f"ingest_{self.name}_{text_hash[:8]}"

    @property
    def ddl(self) -> tuple[str, str]:
        """Statements that make the Null table and its view; safe to repeat."""
        table = self.ingest_table
        return (
            f"CREATE TABLE IF NOT EXISTS {table} ({columns(self.request)}) ENGINE = Null",
            f"CREATE MATERIALIZED VIEW IF NOT EXISTS {table}_mv TO {self.table} AS\n"
            + self._select.replace("{ingest}", table),
        )

    @property
    def _select(self) -> str:
        resources, scopes, records = self.levels
        row = ",\n    ".join(f"{sql} AS {column}" for column, sql in self.row.items())
        return f"""SELECT
    {row}
FROM (
    SELECT resource_attributes, resource_schema_url, scope_attributes,
        ss.scope.name AS scope_name, ss.scope.version AS scope_version,
        ss.schema_url AS scope_schema_url, arrayJoin(ss.{records}) AS r
    FROM (
        SELECT resource_attributes, resource_schema_url, ss,
            {attribute_map("ss.scope.attributes")} AS scope_attributes
        FROM (
            SELECT {attribute_map("rs.resource.attributes")} AS resource_attributes,
                rs.schema_url AS resource_schema_url, arrayJoin(rs.{scopes}) AS ss
            FROM (SELECT arrayJoin({resources}) AS rs FROM {{ingest}}))))"""


def _id(value: str, size: int) -> str:
    """Lower-case hex; empty where the id is absent, all zero, or of a wrong length."""
    zero = "\\0" * size
    return f"if(length({value}) = {size} AND {value} != '{zero}', lower(hex({value})), '')"


# In 2261: DateTime64(9) ends in 2262, and queries add hours to times.
_LATEST_NS = 9_200_000_000_000_000_000


def _time(nanoseconds: str) -> str:
    return f"fromUnixTimestamp64Nano(toInt64(least({nanoseconds}, {_LATEST_NS})))"


def _choice(value: str, names: list[str]) -> str:
    arms = ", ".join(f"{value} = {i}, '{name}'" for i, name in enumerate(names) if i)
    return f"multiIf({arms}, '{names[0]}')"


_SERVICE_NAME = "resource_attributes['service.name']"

TRACES = Signal(
    name="traces",
    table="otel_traces",
    levels=("resource_spans", "scope_spans", "spans"),
    record=SPAN,
    row={
        "Timestamp": _time("r.start_time_unix_nano"),
        "TraceId": _id("r.trace_id", 16),
        "SpanId": _id("r.span_id", 8),
        "ParentSpanId": _id("r.parent_span_id", 8),
        "TraceState": "r.trace_state",
        "SpanName": "r.name",
        "SpanKind": _choice(
            "r.kind", ["Unspecified", "Internal", "Server", "Client", "Producer", "Consumer"]
        ),
        "ServiceName": _SERVICE_NAME,
        "ResourceAttributes": "resource_attributes",
        "ScopeName": "scope_name",
        "ScopeVersion": "scope_version",
        "SpanAttributes": attribute_map("r.attributes"),
        "Duration": "if(r.end_time_unix_nano > r.start_time_unix_nano,"
        " r.end_time_unix_nano - r.start_time_unix_nano, 0)",
        "StatusCode": _choice("r.status.code", ["Unset", "Ok", "Error"]),
        "StatusMessage": "r.status.message",
        "`Events.Timestamp`": f"arrayMap(e -> {_time('e.time_unix_nano')}, r.events)",
        "`Events.Name`": "arrayMap(e -> e.name, r.events)",
        "`Events.Attributes`": f"arrayMap(e -> {attribute_map('e.attributes')}, r.events)",
        "`Links.TraceId`": f"arrayMap(l -> {_id('l.trace_id', 16)}, r.links)",
        "`Links.SpanId`": f"arrayMap(l -> {_id('l.span_id', 8)}, r.links)",
        "`Links.TraceState`": "arrayMap(l -> l.trace_state, r.links)",
        "`Links.Attributes`": f"arrayMap(l -> {attribute_map('l.attributes')}, r.links)",
    },
)

_OBSERVED = (
    "if(r.observed_time_unix_nano = 0, now64(9), " + _time("r.observed_time_unix_nano") + ")"
)

LOGS = Signal(
    name="logs",
    table="otel_logs",
    levels=("resource_logs", "scope_logs", "log_records"),
    record=LOG_RECORD,
    row={
        "Timestamp": f"if(r.time_unix_nano = 0, {_OBSERVED}, {_time('r.time_unix_nano')})",
        "ObservedTimestamp": _OBSERVED,
        "TraceId": _id("r.trace_id", 16),
        "SpanId": _id("r.span_id", 8),
        "TraceFlags": "toUInt8(bitAnd(r.flags, 255))",
        "SeverityText": "r.severity_text",
        "SeverityNumber": "toUInt8(r.severity_number)",
        "ServiceName": _SERVICE_NAME,
        "Body": text("r.body"),
        "ResourceSchemaUrl": "resource_schema_url",
        "ResourceAttributes": "resource_attributes",
        "ScopeSchemaUrl": "scope_schema_url",
        "ScopeName": "scope_name",
        "ScopeVersion": "scope_version",
        "ScopeAttributes": "scope_attributes",
        "LogAttributes": attribute_map("r.attributes"),
        "EventName": "r.event_name",
    },
)

SIGNALS = {signal.name: signal for signal in (TRACES, LOGS)}
