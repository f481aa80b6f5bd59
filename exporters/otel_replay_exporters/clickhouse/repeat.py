"""Inserts a batch that may be stored already, and sees to it that all of it is.

ClickHouse notes the token of a block before it puts the rows in place. If it ends between the two,
it takes a block that it lost for one that it has. So what comes again is counted afterwards.
https://github.com/ClickHouse/ClickHouse/blob/master/src/Storages/MergeTree/MergeTreeSink.cpp
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence

from otel_replay.errors import UnavailableError
from otel_replay.storage.clickhouse import Database, QueryError
from otel_replay.telemetry import ExportRequest
from otel_replay_exporters.clickhouse.extraction import Signal
from otel_replay_exporters.clickhouse.inserter import OtlpInserter
from otel_replay_exporters.split import is_server_state

logger = logging.getLogger(__name__)

_OTHER_ENGINES = """
SELECT count() AS n FROM system.tables
WHERE database = currentDatabase() AND name IN {tables:Array(String)} AND engine != 'MergeTree'
"""


class Repeat:
    """An `otel_replay_exporters.split.Write` of one signal's requests."""

    def __init__(self, database: Database, signal: Signal, insert: OtlpInserter) -> None:
        self._database = database
        self._signal = signal.name
        self._tables = [table.name for table in signal.tables]
        self._insert = insert
        self._count = "SELECT sum(n) AS n FROM ({})".format(
            " UNION ALL ".join(
                f"SELECT count() AS n FROM {table} WHERE Batch = {{batch:String}}"
                for table in self._tables
            )
        )

    def __call__(self, requests: Sequence[ExportRequest], token: str) -> None:
        """Under the token first, which does no harm and completes what the views had not got yet;
        then in the place of what is there, if that is not all."""
        data = [request.data for request in requests]
        self._insert(data, token)
        expected = sum(max(1, request.records) for request in requests if request.data)
        if self._is_there(token, expected):
            return
        logger.warning(
            "%s: ClickHouse knows batch %s and has not all of it: it is stored anew",
            self._signal,
            token,
        )
        self._delete(token)
        # One that ClickHouse has not noted. The batch keeps its name, by which it is counted.
        self._insert(data, f"{token}-{secrets.token_hex(4)}", batch=token)

    def _is_there(self, batch: str, expected: int) -> bool:
        try:
            # Replicated tables note the token and the rows in one step; and a replica that is
            # behind would miss rows which are there.
            if self._number(_OTHER_ENGINES, tables=self._tables):
                return True
            return self._number(self._count, batch=batch) >= expected
        except QueryError as exc:
            if is_server_state(exc):
                raise UnavailableError(f"batch {batch} cannot be counted: {exc}", 5) from exc
            logger.warning("%s: batch %s cannot be counted: %s", self._signal, batch, exc)
            return False

    def _number(self, sql: str, **parameters: object) -> int:
        return int(self._database.query(sql, parameters)[0]["n"])

    def _delete(self, batch: str) -> None:
        for table in self._tables:
            try:
                self._database.command(
                    f"DELETE FROM {table} WHERE Batch = {{batch:String}}", {"batch": batch}
                )
            except QueryError as exc:
                # Better twice than not at all.
                logger.warning("%s: batch %s may be there twice: %s", self._signal, batch, exc)
