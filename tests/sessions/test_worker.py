"""The worker misses nothing: not across restarts, late inserts, moved days or failures."""

from __future__ import annotations

import logging
import threading

import pytest

from otel_replay.errors import UnavailableError
from otel_replay.instruments import Instruments
from otel_replay.sessions import worker as worker_module
from otel_replay.sessions.derive import derive
from otel_replay.sessions.worker import SETTLE_MS, SessionWorker
from otel_replay.storage.clickhouse import QueryError
from tests.support.sessions import World, at, new_id, now_ms

DAY_MS = 86_400_000


def test_only_what_is_new_is_computed(alone: World) -> None:
    alone.click(alone.id)
    assert alone.worker.run_once() == 1
    assert alone.worker.run_once() == 0
    alone.click(alone.id, 1_000)
    assert alone.worker.run_once() == 1


def test_each_session_is_computed_again_once_it_has_settled(alone: World) -> None:
    alone.click(alone.id)
    alone.worker.run_once()
    alone.clock.seconds += SETTLE_MS / 1000
    assert alone.worker.run_once() == 1
    alone.clock.seconds += SETTLE_MS / 1000
    assert alone.worker.run_once() == 0


def test_an_insert_that_shows_up_late_is_not_missed(alone: World) -> None:
    alone.click(alone.id)
    alone.worker.run_once()
    late = new_id()
    alone.click(late)
    alone.database.command(
        "ALTER TABLE session_touched DELETE WHERE SessionId = {id:String}",
        {"id": late},
        settings={"mutations_sync": 1},
    )
    alone.database.insert(
        "session_touched", [{"TouchedAt": at(now_ms() - 30_000), "SessionId": late}]
    )
    alone.worker.run_once()
    assert [row["id"] for row in alone.json("sessions")["sessions"]].count(late) == 1


def test_a_worker_that_starts_catches_up(alone: World) -> None:
    done, missed = new_id(), new_id()
    alone.click(done)
    alone.worker.run_once()
    settled_us = (now_ms() + SETTLE_MS + 1) * 1000
    alone.database.command(
        "INSERT INTO sessions SELECT * REPLACE ({v:UInt64} AS Version) FROM sessions FINAL",
        {"v": settled_us},
    )
    alone.click(missed)
    assert SessionWorker(alone.database, alone.clock).run_once() == 1
    listed = {row["id"] for row in alone.json("sessions")["sessions"]}
    assert listed == {done, missed}


def test_a_session_that_moves_to_another_day_is_listed_once(alone: World) -> None:
    alone.click(alone.id)
    alone.worker.run_once()
    alone.click(alone.id, -DAY_MS)
    alone.worker.run_once()
    listed = alone.json("sessions")["sessions"]
    assert [(row["id"], row["start_ms"]) for row in listed] == [(alone.id, alone.zero_ms - DAY_MS)]


def test_many_sessions_are_computed_in_batches(
    alone: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "BATCH", 3)
    rows = [alone.chunk_row(new_id(), 0) for _ in range(10)]
    alone.chunks(rows)
    assert alone.worker.run_once() == 10
    assert len(alone.json("sessions")["sessions"]) == 10


def test_a_session_that_clickhouse_refuses_does_not_hold_up_the_others(
    alone: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    refused = [alone.id]

    def picky(database: object, ids: list[str], now: int) -> None:
        if set(ids) & set(refused):
            raise QueryError("Code: 241. Memory limit exceeded", 241)
        derive(alone.database, ids, now)

    monkeypatch.setattr(worker_module, "derive", picky)
    alone.chunks([alone.chunk_row(i, 0) for i in (alone.id, *(new_id() for _ in range(4)))])
    alone.worker.run_once()
    assert len(alone.json("sessions")["sessions"]) == 4
    assert f"{alone.id} cannot be computed now: Code: 241" in caplog.text
    assert "Traceback" not in caplog.text

    refused.clear()
    alone.clock.seconds += worker_module.REFUSED_MS / 1000
    alone.worker.run_once()
    assert len(alone.json("sessions")["sessions"]) == 5


@pytest.mark.parametrize("error", [UnavailableError("ClickHouse is away"), RuntimeError("a bug")])
def test_the_loop_outlives_errors_and_logs_them(
    alone: World,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    monkeypatch.setattr(worker_module, "INTERVAL_S", 0.001)
    alone.click(alone.id)
    stop = threading.Event()
    failures = [error]

    def failing_once(*arguments: object) -> None:
        if failures:
            raise failures.pop()
        stop.set()

    monkeypatch.setattr(worker_module, "derive", failing_once)
    with caplog.at_level(logging.WARNING):
        alone.worker.run(stop)
    assert str(error) in caplog.text


def test_rounds_are_measured(alone: World, monkeypatch: pytest.MonkeyPatch) -> None:
    instruments = Instruments()
    worker = SessionWorker(alone.database, instruments=instruments, project="shop")
    value = instruments.registry.get_sample_value
    alone.click(alone.id)
    worker.run_once()
    assert value("otel_replay_sessions_computed_total", {"project": "shop"}) == 1
    assert 0 <= (value("otel_replay_session_lag_seconds", {"project": "shop"}) or -1) < 60
    assert value("otel_replay_session_round_timestamp_seconds", {"project": "shop"})
    monkeypatch.setattr(worker_module, "derive", _refuse)
    alone.click(alone.id, 1_000)
    with pytest.raises(UnavailableError):
        worker.run_once()
    rounds = [
        value("otel_replay_session_round_seconds_count", {"project": "shop", "outcome": outcome})
        for outcome in ("done", "failed")
    ]
    assert rounds == [1, 1]


def _refuse(*_arguments: object) -> None:
    raise UnavailableError("away")
