"""The ClickHouse server of the tests bears what the product asks of a real one."""

from __future__ import annotations

import uuid

import pytest

from otel_replay.errors import UnavailableError
from otel_replay.storage.clickhouse import Address, Database, QueryError
from otel_replay.storage.migrate import migrate
from otel_replay_exporters.clickhouse.inserter import OtlpInserter, create_ingest_tables
from otel_replay_exporters.clickhouse.signals import SIGNALS
from tests.support.clickhouse_server import ClickHouseServer
from tests.support.otlp import span, traces_request


def test_it_migrates_stores_and_answers(clickhouse_server: ClickHouseServer) -> None:
    name = f"test_{uuid.uuid4().hex}"
    database = Database(Address.parse(clickhouse_server.url(name)))
    migrate(database)
    create_ingest_tables(database)
    request = traces_request([span(name="it's here")])
    OtlpInserter(database, SIGNALS["traces"])([request.SerializeToString()])
    assert database.query(
        "SELECT SpanName FROM otel_traces WHERE SpanName = {name:String}", {"name": "it's here"}
    ) == [{"SpanName": "it's here"}]
    with pytest.raises(QueryError) as error:
        database.query("SELECT no_such_column")
    assert error.value.code == 47
    with clickhouse_server.away(), pytest.raises(UnavailableError):
        database.query("SELECT 1")
    assert clickhouse_server.sql("SELECT count() AS n FROM otel_traces", name) == [{"n": 1}]
