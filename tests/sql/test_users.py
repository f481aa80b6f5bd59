"""Users of the SQL address: given as ClickHouse takes them, refused with its code 516."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import clickhouse_connect
import pandas  # type: ignore[import-untyped]
import pytest
import requests
import sqlalchemy
from clickhouse_connect.driver.exceptions import ClickHouseError

from otel_replay.sql_users import SqlUser
from otel_replay.storage.clickhouse import Database
from otel_replay_ui.server import WsgiServer
from otel_replay_ui.sql import Access, create_sql_app

PASSWORD = "correct horse:battery"
STATEMENT = {"query": "SELECT count() FROM session_touched"}


@pytest.fixture(scope="module")
def guarded(read_database: Database) -> Iterator[str]:
    """HOST:PORT where only ada may ask, and a program with a token."""
    access = Access([SqlUser("grafana", "another password"), SqlUser("ada", PASSWORD)], ["tok" * 9])
    app = create_sql_app(read_database.address, access=access)
    server = WsgiServer(app, "127.0.0.1", 0, name="SQL", flag="--sql")
    server.start()
    yield f"127.0.0.1:{server.port}"
    server.stop()


def ask(
    guarded: str,
    headers: Mapping[str, str] | None = None,
    basic: tuple[str, str] | None = None,
    **query: str,
) -> requests.Response:
    return requests.get(
        f"http://{guarded}/", {**STATEMENT, **query}, headers=headers, auth=basic, timeout=60
    )


def test_a_user_and_password_are_taken_in_all_three_ways(guarded: str) -> None:
    for response in (
        ask(guarded, {"X-ClickHouse-User": "ada", "X-ClickHouse-Key": PASSWORD}),
        ask(guarded, basic=("ada", PASSWORD)),
        ask(guarded, user="ada", password=PASSWORD),
        ask(guarded, {"Authorization": "Bearer " + "tok" * 9}),
    ):
        assert (response.status_code, response.text) == (200, "2\n")


@pytest.mark.parametrize(
    ("headers", "basic", "query"),
    [
        ({"X-ClickHouse-User": "ada", "X-ClickHouse-Key": "wrong"}, None, {}),
        ({"X-ClickHouse-User": "ada"}, None, {}),
        ({"X-ClickHouse-Key": PASSWORD}, None, {}),
        ({"X-ClickHouse-User": "nobody", "X-ClickHouse-Key": PASSWORD}, None, {}),
        ({"X-ClickHouse-User": "grafana", "X-ClickHouse-Key": PASSWORD}, None, {}),
        ({}, ("ada", "wrong"), {}),
        ({}, None, {"user": "ada", "password": ""}),
        ({"X-ClickHouse-User": "ada", "X-ClickHouse-Key": PASSWORD}, None, {"user": "ada"}),
        ({"Authorization": "Bearer wrong"}, None, {"user": "ada"}),
        ({"Authorization": "Basic %%%"}, None, {"user": "ada"}),
    ],
)
def test_wrong_ones_are_refused_as_clickhouse_does(
    guarded: str,
    headers: Mapping[str, str],
    basic: tuple[str, str] | None,
    query: Mapping[str, str],
) -> None:
    response = ask(guarded, headers, basic, **query)
    assert response.status_code == 403
    assert response.headers["X-ClickHouse-Exception-Code"] == "516"
    assert response.text.startswith("Code: 516. DB::Exception: ")
    assert response.text.rstrip().endswith("(AUTHENTICATION_FAILED)")
    assert PASSWORD not in response.text


def test_who_gives_none_is_told_to(guarded: str) -> None:
    response = ask(guarded)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Basic ")
    assert response.text.startswith("Code: 516. DB::Exception: default: Authentication failed")


def test_whether_it_is_up_is_told_to_everybody(guarded: str) -> None:
    assert requests.get(f"http://{guarded}/ping", timeout=60).text == "Ok.\n"


def test_clickhouse_connect_gives_them(guarded: str) -> None:
    host, _, port = guarded.partition(":")
    client = clickhouse_connect.get_client(
        host=host, port=int(port), username="ada", password=PASSWORD
    )
    assert client.query(STATEMENT["query"]).result_rows == [(2,)]
    client.close()
    with pytest.raises(ClickHouseError, match="516"):
        clickhouse_connect.get_client(host=host, port=int(port), username="ada", password="wrong")


def test_sqlalchemy_and_pandas_give_them(guarded: str) -> None:
    host, _, port = guarded.partition(":")
    url = sqlalchemy.URL.create("clickhousedb", "ada", PASSWORD, host, int(port))
    engine = sqlalchemy.create_engine(url)
    frame = pandas.read_sql("SELECT SessionId FROM session_touched ORDER BY 1", engine)
    assert frame["SessionId"].tolist() == ["s1", "s2"]
    engine.dispose()
