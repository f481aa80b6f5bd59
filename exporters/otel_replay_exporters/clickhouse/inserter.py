"""Stores OTLP export requests in ClickHouse, which decodes them itself."""

from __future__ import annotations

from collections.abc import Sequence

from otel_replay.storage.clickhouse import Database, QueryError
from otel_replay_exporters.clickhouse.extraction import Signal
from otel_replay_exporters.clickhouse.normal import NOT_NORMAL_CODES, normal
from otel_replay_exporters.clickhouse.signals import SIGNALS
from otel_replay_exporters.split import new_token

_LATER_INDEXES = (
    *("idx_res_attr_key", "idx_log_attr_key", "idx_span_attr_key"),
    *("idx_attr_key", "idx_attr_value", "idx_body"),
)


class OtlpInserter:
    """Writes batches of serialized export requests of one signal."""

    def __init__(self, database: Database, signal: Signal) -> None:
        self._database = database
        self._signal = signal
        self._settings = {
            "format_schema_source": "string",
            "format_schema": signal.schema,
            "format_schema_message_name": signal.request.name,
            "input_format_protobuf_oneof_presence": 1,
            "output_format_json_escape_forward_slashes": 0,
            # Timestamps come from senders: a batch may reach over any number of days.
            "max_partitions_per_insert_block": 0,
            # One request must not take the memory of the whole process.
            "max_memory_usage": 4 * 1024**3,
            # Built as parts merge: the newest rows are few enough to be searched without. Ids have
            # their indexes at once, as every page asks for them.
            "exclude_materialize_skip_indexes_on_insert": ", ".join(_LATER_INDEXES),
            # A batch that is stored already must still reach the views: the attempt that stored it
            # may have been cut off before it came to them.
            "deduplicate_blocks_in_dependent_materialized_views": 1,
        }

    def __call__(self, requests: Sequence[bytes], token: str = "", batch: str = "") -> None:
        """Inserts the requests as one batch; when it returns, their rows are stored.

        `batch` is what their column Batch holds, the token by default.

        The same requests under the same token are stored once, however often they are inserted.
        Requests have one repeated field at the top, so joined bytes are one bigger request.
        Raises QueryError when ClickHouse refuses the batch, UnavailableError when it is away.
        """
        try:
            self._insert(b"".join(requests), token, batch)
        except QueryError as exc:
            if exc.code not in NOT_NORMAL_CODES:
                raise
            again = b"".join(normal(self._signal.name, data) for data in requests)
            self._insert(again, token, batch)

    def _insert(self, data: bytes, token: str, batch: str) -> None:
        if data:
            # Without one, ClickHouse would skip a batch that equals another one.
            token = token or new_token()
            tokens = {"insert_deduplication_token": token, "log_comment": batch or token}
            settings = {**self._settings, **tokens}
            self._database.insert_bytes(self._signal.ingest_table, data, "ProtobufSingle", settings)


def create_ingest_tables(database: Database) -> None:
    """Makes the tables and views that take requests apart, as far as they are not there."""
    # ClickHouse plans the SELECT of a view also where IF NOT EXISTS has nothing to do: 0.3 s.
    rows = database.query("SELECT name FROM system.tables WHERE database = currentDatabase()")
    there = {row["name"] for row in rows}
    for signal in SIGNALS.values():
        for name, statement in signal.ddl.items():
            if name not in there:
                database.command(statement)
