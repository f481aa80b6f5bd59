"""What each key sent is counted once, whatever happens to the database and the processes."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from otel_replay import usage
from otel_replay.errors import UnavailableError
from otel_replay.storage.clickhouse import Database
from otel_replay.usage import UsageLedger
from otel_replay.usage_writer import UsageWriter
from tests.support.database import temporary_database

NOON = 1_800_014_400.0
"""2027-01-15 12:00 UTC."""


class Clock:
    def __init__(self, now: float = NOON) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Faulty(Database):
    """A database that fails as told, before or after it has done what it was asked."""

    def __init__(self, database: Database) -> None:
        super().__init__(database.address)
        self.fault = ""

    def insert(
        self,
        table: str,
        rows: Sequence[Mapping[str, Any]],
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        if self.fault == "away":
            raise UnavailableError("away")
        super().insert(table, rows, settings)
        if self.fault == "answer lost":
            raise UnavailableError("answer lost")


@pytest.fixture(scope="module")
def own_database(engine_path: Path) -> Iterator[Database]:
    with temporary_database(engine_path) as database:
        yield database


@pytest.fixture
def database(own_database: Database) -> Database:
    """Without any usage: all tests count at the same noon."""
    own_database.command("TRUNCATE TABLE ingest_usage")
    return own_database


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(clock: Clock) -> UsageLedger:
    return UsageLedger(clock)


@pytest.fixture
def faulty(database: Database) -> Iterator[Faulty]:
    faulty = Faulty(database)
    yield faulty
    faulty.close()


def sent(ledger: UsageLedger, size: int, **more: Any) -> None:
    what = {"project": "otel", "key": "web", "signal": "traces", "outcome": "accepted"} | more
    ledger.add(requests=1, records=10, bytes=size, **what)


def stored(database: Database) -> list[dict[str, Any]]:
    return database.query(
        "SELECT Key, Signal, Outcome, Reason, sum(Requests) AS requests, sum(Records) AS records,"
        " sum(Bytes) AS bytes FROM ingest_usage GROUP BY ALL ORDER BY ALL"
    )


def test_what_was_counted_can_be_read_from_the_database(
    ledger: UsageLedger, clock: Clock, database: Database
) -> None:
    writer = UsageWriter(ledger, {"otel": database}, clock)
    sent(ledger, 100)
    assert writer.write_once()
    sent(ledger, 50)
    sent(ledger, 7, outcome="refused", reason="rate_limit")
    assert writer.write_once()
    same = {"Key": "web", "Signal": "traces"}
    assert stored(database) == [
        same | {"Outcome": "accepted", "Reason": "", "requests": 2, "records": 20, "bytes": 150},
        same
        | {"Outcome": "refused", "Reason": "rate_limit", "requests": 1, "records": 10, "bytes": 7},
    ]
    (row,) = database.query(
        "SELECT toUnixTimestamp(min(Minute)) AS minute, toUnixTimestamp64Milli(max(LastAt)) AS last"
        " FROM ingest_usage"
    )
    assert row == {"minute": NOON, "last": NOON * 1000}


def test_a_budget_counts_what_was_accepted_by_project_and_key(ledger: UsageLedger) -> None:
    sent(ledger, 100)
    sent(ledger, 20, signal="logs")
    sent(ledger, 1000, outcome="refused", reason="queue_full")
    sent(ledger, 3, key="other")
    sent(ledger, 4, project="billing")
    assert ledger.bytes_today("otel", "web") == 120
    assert ledger.bytes_today("otel", "other") == 3
    assert ledger.bytes_today("billing", "web") == 4
    assert ledger.bytes_today("billing", "nobody") == 0


def test_a_budget_begins_anew_at_midnight_utc(ledger: UsageLedger, clock: Clock) -> None:
    sent(ledger, 100)
    clock.now = NOON + 12 * 3600 - 1
    assert ledger.bytes_today("otel", "web") == 100
    clock.now += 1
    assert ledger.bytes_today("otel", "web") == 0
    sent(ledger, 5)
    assert ledger.bytes_today("otel", "web") == 5


def test_a_budget_survives_a_restart(ledger: UsageLedger, clock: Clock, database: Database) -> None:
    sent(ledger, 100)
    UsageWriter(ledger, {"otel": database}, clock).write_once()
    after = UsageLedger(clock)
    UsageWriter(after, {"otel": database}, clock).write_once()
    assert after.bytes_today("otel", "web") == 100
    sent(after, 11)
    assert after.bytes_today("otel", "web") == 111


def test_processes_share_a_budget(clock: Clock, database: Database) -> None:
    ledgers = [UsageLedger(clock) for _ in range(3)]
    writers = [UsageWriter(ledger, {"otel": database}, clock) for ledger in ledgers]
    for size, ledger in zip((1, 10, 100), ledgers, strict=True):
        sent(ledger, size)
    for _ in range(2):
        for writer in writers:
            writer.write_once()
    assert [ledger.bytes_today("otel", "web") for ledger in ledgers] == [111, 111, 111]
    sent(ledgers[0], 1000)
    assert [ledger.bytes_today("otel", "web") for ledger in ledgers] == [1111, 111, 111]


def test_yesterday_does_not_count_after_a_restart(clock: Clock, database: Database) -> None:
    ledger = UsageLedger(clock)
    sent(ledger, 100)
    UsageWriter(ledger, {"otel": database}, clock).write_once()
    clock.now += 86400
    after = UsageLedger(clock)
    UsageWriter(after, {"otel": database}, clock).write_once()
    assert after.bytes_today("otel", "web") == 0


@pytest.mark.parametrize("fault", ["away", "answer lost"])
def test_nothing_is_lost_or_counted_twice_when_the_database_fails(
    fault: str, ledger: UsageLedger, clock: Clock, faulty: Faulty
) -> None:
    writer = UsageWriter(ledger, {"otel": faulty}, clock)
    sent(ledger, 100)
    faulty.fault = fault
    assert not writer.write_once()
    sent(ledger, 20)
    assert not writer.write_once()
    assert ledger.bytes_today("otel", "web") == 120
    faulty.fault = ""
    assert writer.write_once()
    assert [row["bytes"] for row in stored(faulty)] == [120]
    assert ledger.bytes_today("otel", "web") == 120


def test_one_project_that_is_away_does_not_hold_up_another(
    ledger: UsageLedger, clock: Clock, faulty: Faulty, database: Database
) -> None:
    faulty.fault = "away"
    writer = UsageWriter(ledger, {"billing": faulty, "otel": database}, clock)
    sent(ledger, 1, project="billing")
    sent(ledger, 2)
    assert not writer.write_once()
    assert [row["bytes"] for row in stored(database)] == [2]


def test_stopping_writes_what_is_left(
    ledger: UsageLedger, clock: Clock, database: Database
) -> None:
    writer = UsageWriter(ledger, {"otel": database}, clock)
    writer.start()
    sent(ledger, 42)
    writer.stop()
    assert [row["bytes"] for row in stored(database)] == [42]


def test_memory_is_bounded_while_the_database_is_away(
    ledger: UsageLedger, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage, "MAX_LINES", 100)
    for minute in range(20_000):
        clock.now = NOON + minute * 60
        sent(ledger, 1, reason=str(minute % 7))
    lines = ledger.take("otel")
    assert len(lines) <= 101
    assert sum(counts.bytes for counts in lines.values()) == 20_000
    assert ledger.take("otel") == {}


def test_threads_count_together(ledger: UsageLedger) -> None:
    def count() -> None:
        for _ in range(1000):
            sent(ledger, 1)

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ledger.bytes_today("otel", "web") == 8000
    assert sum(counts.requests for counts in ledger.take("otel").values()) == 8000
