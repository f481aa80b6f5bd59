"""How requests become rows, the same for each signal: one description, one path.

A request's bytes go into a table with ENGINE = Null that mirrors the message; a materialized view
takes them apart into rows of the table that people query. Where a signal's rows go to several
tables, the first view stops at records, in a second such table, and each table has a view of that:
taking all levels apart once for each table costs twice as much or more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from otel_replay.telemetry import SignalName
from otel_replay_exporters.clickhouse.messages import Message, column_type, columns, proto_text
from otel_replay_exporters.clickhouse.otlp import export_request
from otel_replay_exporters.clickhouse.values import attribute_map

SERVICE_NAME = "resource_attributes['service.name']"
_ATTRIBUTES = "Map(LowCardinality(String), String)"
SENDER = {
    "resource_attributes": _ATTRIBUTES,
    "resource_schema_url": "String",
    "scope_attributes": _ATTRIBUTES,
    "scope_name": "String",
    "scope_version": "String",
    "scope_schema_url": "String",
    "scope_dropped": "UInt32",
}
"""What rows know of the resource and scope that their record came from: column to type."""


@dataclass(frozen=True)
class Table:
    """A table that people query, and how its rows are made."""

    name: str
    row: Mapping[str, str]
    """Column to SQL over r, the record, and the columns of SENDER."""
    points: str = ""
    """Where rows are not records but items in them: that list, and `row` is over p, the item."""
    of_record: Mapping[str, str] = field(default_factory=dict)
    """With `points`: names that `row` may use for SQL over the record."""


@dataclass(frozen=True)
class Signal:
    """How one signal becomes rows."""

    name: SignalName
    levels: tuple[str, str, str]
    """Names of the repeated fields: resources, scopes, records."""
    record: Message
    tables: tuple[Table, ...]

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
        text = columns(self.request) + "".join(sql for _, _, sql in self._views("{ingest}"))
        return f"ingest_{self.name}_{hashlib.sha256(text.encode()).hexdigest()[:8]}"

    @property
    def ddl(self) -> dict[str, str]:
        """Statements that make the Null tables and their views, by the name of what they make.

        In an order in which they can be run; safe to repeat.
        """
        table = self.ingest_table
        made = {table: _null_table(table, columns(self.request))}
        if self._by_way:
            made[_records(table)] = _null_table(_records(table), self._record_columns)
        # The view of the requests comes last: what it passes on must find the others.
        for name, target, select in reversed(list(self._views(table))):
            made[name] = f"CREATE MATERIALIZED VIEW IF NOT EXISTS {name} TO {target} AS\n{select}"
        return made

    @property
    def _by_way(self) -> bool:
        """Whether rows go by way of a table of records."""
        return len(self.tables) > 1

    @property
    def _record_columns(self) -> str:
        sender = ", ".join(f"{name} {kind}" for name, kind in SENDER.items())
        return f"{sender}, r {column_type(self.record)}"

    def _views(self, ingest: str) -> Iterator[tuple[str, str, str]]:
        """Views by name, with the table each writes to, and its SELECT."""
        if not self._by_way:
            (table,) = self.tables
            source = f"(\n{self._select_records(ingest)})"
            yield f"{ingest}_mv", table.name, _select_rows(table, source)
            return
        yield f"{ingest}_mv", _records(ingest), self._select_records(ingest)
        for table in self.tables:
            yield f"{ingest}_{table.name}_mv", table.name, _select_rows(table, _records(ingest))

    def _select_records(self, ingest: str) -> str:
        resources, scopes, records = self.levels
        return f"""    SELECT resource_attributes, resource_schema_url, scope_attributes,
        ss.scope.name AS scope_name, ss.scope.version AS scope_version,
        ss.schema_url AS scope_schema_url, ss.scope.dropped_attributes_count AS scope_dropped,
        arrayJoin(ss.{records}) AS r
    FROM (
        SELECT resource_attributes, resource_schema_url, ss,
            {attribute_map("ss.scope.attributes")} AS scope_attributes
        FROM (
            SELECT {attribute_map("rs.resource.attributes")} AS resource_attributes,
                rs.schema_url AS resource_schema_url, arrayJoin(rs.{scopes}) AS ss
            FROM (SELECT arrayJoin({resources}) AS rs FROM {ingest})))"""


def _records(ingest: str) -> str:
    return f"{ingest}_records"


def _null_table(name: str, column_list: str) -> str:
    return f"CREATE TABLE IF NOT EXISTS {name} ({column_list}) ENGINE = Null"


def _select_rows(table: Table, source: str) -> str:
    row = ",\n    ".join(f"{sql} AS {column}" for column, sql in table.row.items())
    if not table.points:
        return f"SELECT\n    {row}\nFROM {source}"
    of_record = "".join(f", {sql} AS {name}" for name, sql in table.of_record.items())
    # The record itself is left behind before, or each of its points would carry a copy of it.
    return f"""SELECT
    {row}
FROM (
    SELECT {", ".join(SENDER)}{"".join(f", {name}" for name in table.of_record)},
        arrayJoin(points) AS p
    FROM (
        SELECT {", ".join(SENDER)}{of_record},
            {table.points} AS points
        FROM {source}))"""
