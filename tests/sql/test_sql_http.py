"""ClickHouse's HTTP interface over the embedded engine: tools connect, and only reads pass."""

from __future__ import annotations

import gzip
import shutil
import socket
import subprocess
import threading
from datetime import datetime
from pathlib import Path

import clickhouse_connect
import pandas  # type: ignore[import-untyped]
import pytest
import requests
import sqlalchemy
from clickhouse_connect.driver.exceptions import ClickHouseError

from otel_replay.storage.clickhouse import Database
from otel_replay_ui.sql import create_sql_app, service
from tests.support.process import wait_for


def test_clickhouse_connect_reads_with_parameters_and_into_frames(sql: str) -> None:
    client = clickhouse_connect.get_client(dsn=sql)
    rows = client.query(
        "SELECT SessionId FROM session_touched WHERE SessionId = {id:String}", {"id": "s2"}
    ).result_rows
    assert rows == [("s2",)]
    frame = client.query_df("SELECT SessionId, 1 AS n FROM session_touched ORDER BY 1")
    assert frame["SessionId"].tolist() == ["s1", "s2"]
    client.close()


@pytest.mark.parametrize("how", ["url", "body", "both"])
def test_curl_asks_in_the_url_or_the_body(sql: str, how: str) -> None:
    query = "SELECT count() AS n FROM session_touched FORMAT JSONEachRow"
    url, body = {"url": (query, ""), "body": ("", query), "both": (query[:12], query[12:])}[how]
    # As curl --data sends it.
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    response = requests.post(f"{sql}/", body, params={"query": url}, headers=headers, timeout=60)
    assert response.json() == {"n": 2}
    assert response.headers["X-ClickHouse-Format"] == "JSONEachRow"


def test_parameters_default_format_and_ping(sql: str) -> None:
    query = {"query": "SELECT {x:UInt8} + 1 AS y", "param_x": "4", "default_format": "CSVWithNames"}
    assert requests.get(f"{sql}/", query, timeout=60).text == '"y"\n5\n'
    assert requests.get(f"{sql}/ping", timeout=60).text == "Ok.\n"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("String", "a\nb\t'\\"),
        ("Array(String)", ["a", "b'\n\\"]),
        ("Nullable(String)", None),
        ("UInt8", 4),
    ],
)
def test_parameters_of_every_type_arrive_as_they_were_given(
    sql: str, kind: str, value: object
) -> None:
    client = clickhouse_connect.get_client(dsn=sql)
    assert client.query(f"SELECT {{x:{kind}}}", {"x": value}).result_rows == [(value,)]
    client.close()


def test_a_parameter_that_the_statement_does_not_name_is_left_alone(sql: str) -> None:
    query = {"query": "SELECT '100 %', '%(x)s'", "param_x": "4"}
    assert requests.get(f"{sql}/", query, timeout=60).text == "100 %\t%(x)s\n"


def test_formats_named_as_keywords(sql: str) -> None:
    assert requests.get(f"{sql}/", {"query": "SELECT 1 FORMAT Values"}, timeout=60).text == "(1)"
    assert requests.get(f"{sql}/", {"query": "SELECT 1 FORMAT Null"}, timeout=60).text == ""


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"SELECT 1", "gzip"),
        (gzip.compress(b"SELECT 1", mtime=0)[:-6], "gzip"),
        (gzip.compress(b"SELECT 1", mtime=0)[:10] + b"\xff" * 20, "gzip"),
        (b"SELECT 1", "br"),
    ],
)
def test_a_body_that_cannot_be_decompressed_is_said_so(
    sql: str, body: bytes, encoding: str
) -> None:
    response = requests.post(sql, body, headers={"Content-Encoding": encoding}, timeout=60)
    assert response.status_code == 400
    assert "Content-Encoding" in response.text


def test_any_query_id_comes_back_as_a_header(sql: str) -> None:
    query = {"query": "SELECT 1", "query_id": "a\r\nb: ☃"}
    response = requests.get(sql, query, timeout=60)
    assert response.headers["X-ClickHouse-Query-Id"] == "a??b: ?"


def test_errors_have_clickhouses_form(sql: str) -> None:
    response = requests.get(f"{sql}/", {"query": "SELECT nope"}, timeout=60)
    assert response.status_code == 400
    assert response.headers["X-ClickHouse-Exception-Code"] == "47"
    assert response.text.startswith("Code: 47. DB::Exception:")


def test_limits_cannot_be_lifted_by_settings_in_the_url(sql: str) -> None:
    client = clickhouse_connect.get_client(dsn=sql)
    with pytest.raises(ClickHouseError):
        client.command("SELECT 1", settings={"readonly": 0})
    client.close()
    statement = "SELECT value FROM system.settings WHERE name = 'readonly'"
    query = {"query": statement, "readonly": "0"}
    assert requests.get(f"{sql}/", query, timeout=60).text == "1\n"


def test_ingest_goes_before_peoples_statements(sql: str) -> None:
    statement = "SELECT value FROM system.settings WHERE name = 'os_threads_nice_value_query'"
    assert requests.get(f"{sql}/", {"query": statement}, timeout=60).text == "19\n"


def test_statements_beyond_the_limit_wait_and_then_are_refused(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "AT_ONCE", 1)
    monkeypatch.setattr(service, "LONGEST_WAIT_S", 0.1)
    monkeypatch.setitem(service.LIMITS, "max_execution_time", 10)
    app = create_sql_app(database.address)
    ask = app.test_client().post
    thread = threading.Thread(target=ask, args=("/",), kwargs={"data": LONG})
    thread.start()
    wait_for("the statement to run", lambda: running(database))
    assert app.test_client().post("/", data="SELECT 1").status_code == 503
    assert app.test_client().get("/ping").status_code == 200
    database.command("KILL QUERY WHERE query LIKE '/* %numbers(1000000000000)%' ASYNC")
    thread.join()
    assert app.test_client().post("/", data="SELECT 1").text == "1\n"


LONG = "SELECT count() FROM numbers(1000000000000) WHERE cityHash64(number) = 1"


def running(database: Database) -> int:
    """How many of LONG are running."""
    rows = database.query(
        "SELECT count() AS n FROM system.processes WHERE startsWith(query, '/* ')"
        " AND query LIKE '%numbers(1000000000000)%'"
    )
    return int(rows[0]["n"])


def test_a_statement_whose_client_has_gone_away_is_ended(sql: str, read_database: Database) -> None:
    with socket.create_connection(("127.0.0.1", int(sql.rpartition(":")[2]))) as client:
        head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {len(LONG)}\r\n\r\n"
        client.sendall((head + LONG).encode())
        wait_for("the statement to run", lambda: running(read_database))
    wait_for("the statement to be ended", lambda: running(read_database) == 0)


def test_a_session_of_sqlalchemy_reads(sql: str) -> None:
    engine = sqlalchemy.create_engine(sql.replace("http://", "clickhousedb://"))
    with engine.connect() as connection:
        rows = connection.execute(
            sqlalchemy.text("SELECT SessionId FROM session_touched WHERE SessionId = :id"),
            {"id": "s2"},
        )
        assert [tuple(row) for row in rows] == [("s2",)]
        table = sqlalchemy.Table("session_touched", sqlalchemy.MetaData(), autoload_with=engine)
        assert list(table.columns.keys()) == ["TouchedAt", "SessionId"]
    engine.dispose()


def test_pandas_reads_through_sqlalchemy(sql: str) -> None:
    engine = sqlalchemy.create_engine(sql.replace("http://", "clickhousedb://"))
    frame = pandas.read_sql("SELECT SessionId FROM session_touched ORDER BY SessionId", engine)
    assert frame["SessionId"].tolist() == ["s1", "s2"]
    engine.dispose()


def test_curl_asks_with_compression_both_ways(sql: str, tmp_path: Path) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("curl is not on this machine")
    body = tmp_path / "statement.gz"
    body.write_bytes(gzip.compress(b"SELECT SessionId FROM session_touched ORDER BY 1 FORMAT CSV"))
    result = subprocess.run(
        [curl, "--silent", "--compressed", "-H", "Content-Encoding: gzip"]
        + ["--data-binary", f"@{body}", f"{sql}/?enable_http_compression=1"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert result.stdout == '"s1"\n"s2"\n'


def test_copies_of_a_row_count_once(sql: str, read_database: Database) -> None:
    row = {"Kind": "k", "Key": "a", "Worker": "w", "ExpiresAt": datetime(2090, 1, 1)}
    for version in (1, 2):
        read_database.insert("work_claims", [row | {"Version": version}])
    query = {"query": "SELECT count() FROM work_claims WHERE Kind = 'k'"}
    assert requests.get(sql, query, timeout=60).text == "1\n"
