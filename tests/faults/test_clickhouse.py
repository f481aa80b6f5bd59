"""ClickHouse in trouble, under load: nobody notices but by the time it takes to be seen."""

from __future__ import annotations

import uuid
from typing import get_args

import pytest
import requests

from tests.faults.conftest import Receiving, Start
from tests.faults.load import PROTOBUF, Load
from tests.support.faults import Fault
from tests.support.otlp import span, traces_request
from tests.support.process import wait_for


def finish(receiving: Receiving, load: Load) -> None:
    """After the fault: all comes out of the spool, and the count is right."""
    receiving.wait_until_drained()
    assert receiving.spooled("drained") > 0
    assert receiving.spooled("refused") == receiving.spooled("damaged") == 0
    assert [text for sender in load.senders for text in sender.unhelpful] == []
    receiving.count(load).check()


def test_every_fault_in_turn(start: Start) -> None:
    with start() as receiving:
        with receiving.load() as load:
            for fault in get_args(Fault):
                with receiving.proxy.failing(fault):
                    receiving.wait_for_more(load, 8, hits=2 if fault != "none" else 0)
            receiving.proxy.error = (502, 0, "<html>Bad Gateway</html>")
            with receiving.proxy.failing("error"):
                receiving.wait_for_more(load, 8, hits=2)
        finish(receiving, load)


@pytest.mark.parametrize("fault", ["lose_answer", "cut_request", "error"])
def test_a_fault_of_one_insert_in_three(start: Start, fault: Fault) -> None:
    with start() as receiving:
        receiving.proxy.share = 0.33
        with receiving.load() as load, receiving.proxy.failing(fault):
            receiving.wait_for_more(load, 20, hits=3)
        finish(receiving, load)


def test_clickhouse_refuses_connections(start: Start) -> None:
    with start() as receiving:
        with receiving.load() as load:
            receiving.wait_for_more(load, 10)
            receiving.proxy.refuse()
            receiving.wait_for_more(load, 16)
            receiving.proxy.listen()
            receiving.wait_for_more(load, 10)
        finish(receiving, load)


def test_clickhouse_is_killed_in_the_middle_of_its_work(start: Start) -> None:
    with start() as receiving:
        with receiving.load() as load:
            receiving.wait_for_more(load, 10)
            with receiving.clickhouse.away():
                receiving.wait_for_more(load, 10)
            receiving.wait_for_more(load, 10)
        finish(receiving, load)


def test_clickhouse_is_frozen_and_goes_on(start: Start) -> None:
    with start() as receiving:
        with receiving.load() as load:
            receiving.wait_for_more(load, 10)
            with receiving.clickhouse.frozen():
                receiving.wait_for_more(load, 16)
            receiving.wait_for_more(load, 10)
        finish(receiving, load)


def test_a_receiver_that_starts_before_clickhouse_takes_data_and_makes_the_tables(
    start: Start,
) -> None:
    with start(database_name=f"faults_{uuid.uuid4().hex}") as receiving:
        receiving.proxy.refuse()
        with receiving.load() as load:
            receiving.wait_for_more(load, 10)
            receiving.proxy.listen()
        finish(receiving, load)


def test_tables_that_are_gone_are_made_again(start: Start) -> None:
    with start() as receiving, receiving.load() as load:
        receiving.wait_for_more(load, 8)
        (row,) = receiving.clickhouse.sql(
            "SELECT name FROM system.tables WHERE database = currentDatabase()"
            " AND name LIKE 'ingest_traces_%' AND engine = 'Null'",
            receiving.database,
        )
        requests.post(
            receiving.clickhouse.url(), f"DROP TABLE {receiving.database}.{row['name']}", timeout=60
        ).raise_for_status()
        wait_for("spans to come through the spool", lambda: receiving.spooled("drained"))
        receiving.wait_for_more(load, 8)
        receiving.wait_until_drained()


def test_without_a_spool_senders_keep_what_they_have(start: Start) -> None:
    body = traces_request([span()]).SerializeToString()
    with start(spool_limit=0) as receiving:
        url = f"{receiving.url}/v1/traces"
        assert requests.post(url, body, headers=PROTOBUF, timeout=60).status_code == 200
        with receiving.proxy.failing("error"):
            refused = requests.post(url, body, headers=PROTOBUF, timeout=60)
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) > 0
        assert requests.post(url, body, headers=PROTOBUF, timeout=60).status_code == 200


def test_a_receiver_takes_over_what_the_last_one_could_not_store(start: Start) -> None:
    with start() as receiving:
        receiving.proxy.refuse()
        with receiving.load() as load:
            receiving.wait_for_more(load, 10)
    receiving.proxy.listen()
    with start() as second:
        second.wait_until_drained()
        assert second.spooled("drained") > 0
        second.count(load).check()
