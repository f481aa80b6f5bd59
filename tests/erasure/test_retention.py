"""Each kind of data goes when its session's time is over, by a clock that the test moves."""

from __future__ import annotations

from typing import Any

import pytest

from otel_replay.cli.jobs import jobs_of
from otel_replay.config import Settings
from otel_replay.erasure.expiry import Expiry
from otel_replay.erasure.late import Buried, ErasureWorker
from otel_replay.erasure.retention import Retention, apply_ttls, of_project
from otel_replay.errors import InvalidDataError
from otel_replay.instruments import Instruments
from otel_replay.jobs import Asked
from tests.support.sessions import World, at, new_id

DAY_S = 86_400
RETENTION = Retention(replay=5, logs=8, traces=12)


def retention(world: World, defaults: Settings | None = None, **parameters: Any) -> dict[str, Any]:
    asked = Asked(world.database, world.blobs, parameters, "the test", lambda _told: None)
    return jobs_of(defaults or Settings())["retention"](asked)


def session(world: World, session_id: str, trace_id: str) -> str:
    """A session with rows of each kind; returns the key of its object."""
    world.navigation(session_id, "http://shop/")
    world.request(session_id, trace_id, "a1")
    world.span(trace_id, "b1", 1, exceptions=[("ValueError", "no")])
    world.backend_log("reserved", trace_id, 2)
    key = f"sessions/{at(world.zero_ms).date()}/{session_id}/20260101T000000-aa"
    world.blobs.put(key, b"segments")
    world.chunk(session_id, 0, blob=key, payload=b"segments")
    return key


def rows(world: World, trace_id: str) -> dict[str, int]:
    found = {}
    for table in ("otel_logs", "otel_traces", "trace_exceptions"):
        statement = f"SELECT count() AS n FROM {table} WHERE TraceId = {{id:String}}"
        found[table] = world.database.query(statement, {"id": trace_id})[0]["n"]
    return found


def kinds(world: World, session_id: str) -> list[str]:
    return [event["kind"] for event in world.json(f"sessions/{session_id}/events")["events"]]


def test_each_kind_goes_when_its_time_is_over_and_the_session_with_the_last(
    anywhere: World,
) -> None:
    key = session(anywhere, anywhere.id, anywhere.trace)
    anywhere.worker.run_once()
    start_s = anywhere.zero_ms / 1000
    expiry = Expiry(anywhere.database, anywhere.blobs, RETENTION, anywhere.clock)

    def expired_after(days: float, hours: float = 0) -> list[str]:
        anywhere.clock.seconds = start_s + days * DAY_S + hours * 3600
        return [kind for kind, sessions in expiry.run_once().items() if sessions]

    assert expired_after(4.9) == []
    assert anywhere.session(anywhere.id)["has_replay"] is True
    assert anywhere.session(anywhere.id)["counts"]["chunks"] == 1
    assert expired_after(5, hours=1) == ["replay"]
    assert [blob.key for blob in anywhere.blobs.list()] == []
    assert anywhere.session(anywhere.id)["has_replay"] is False
    assert anywhere.session(anywhere.id)["counts"]["chunks"] == 0
    assert anywhere.session(anywhere.id)["counts"]["requests"] == 1
    assert rows(anywhere, anywhere.trace)["otel_logs"] == 1
    assert expired_after(7.9) == []
    assert expired_after(8, hours=1) == ["logs"]
    assert rows(anywhere, anywhere.trace) == {
        "otel_logs": 0,
        "otel_traces": 2,
        "trace_exceptions": 0,
    }
    assert kinds(anywhere, anywhere.id) == ["request"]
    assert anywhere.json("sessions")["sessions"][0]["id"] == anywhere.id
    assert expired_after(12, hours=1) == ["traces", "session"]
    assert rows(anywhere, anywhere.trace) == {
        "otel_logs": 0,
        "otel_traces": 0,
        "trace_exceptions": 0,
    }
    assert anywhere.json("sessions")["sessions"] == []
    assert anywhere.get(f"sessions/{anywhere.id}").status_code == 404
    assert key not in [blob.key for blob in anywhere.blobs.list()]
    assert expired_after(12, hours=1) == []


def test_sessions_that_are_younger_keep_all_and_a_trace_goes_with_its_last_session(
    alone: World,
) -> None:
    old, young, shared = new_id(), new_id(), new_id()
    alone.zero_ms -= 3 * DAY_S * 1000
    session(alone, old, new_id())
    alone.request(old, shared, "c1")
    alone.zero_ms += 3 * DAY_S * 1000
    session(alone, young, alone.trace)
    alone.request(young, shared, "c2")
    alone.backend_log("of both", shared, 3)
    alone.worker.run_once()
    before = alone.session(young)
    alone.clock.seconds = alone.zero_ms / 1000 + 11.5 * DAY_S
    expiry = Expiry(alone.database, alone.blobs, Retention(12, 12, 12, 12), alone.clock)
    assert expiry.run_once() == {"replay": 1, "logs": 1, "traces": 1, "session": 1}
    assert alone.session(young) == before
    assert rows(alone, shared) == {"otel_logs": 1, "otel_traces": 1, "trace_exceptions": 0}
    assert [s["id"] for s in alone.json("sessions")["sessions"]] == [young]
    alone.clock.seconds += 3 * DAY_S
    assert expiry.run_once()["traces"] == 1
    assert rows(alone, shared) == {"otel_logs": 0, "otel_traces": 0, "trace_exceptions": 0}


def test_what_came_today_stays_whatever_its_senders_clock_says(alone: World) -> None:
    """Nothing tells the error of a clock that all records of a session were made by."""
    alone.zero_ms -= 60 * DAY_S * 1000
    session(alone, alone.id, alone.trace)
    alone.worker.run_once()
    expiry = Expiry(alone.database, alone.blobs, Retention(), alone.clock)
    assert not any(expiry.run_once().values())
    assert rows(alone, alone.trace) == {"otel_logs": 1, "otel_traces": 2, "trace_exceptions": 1}
    assert alone.session(alone.id)["has_replay"] is True
    alone.clock.seconds += 28.9 * DAY_S
    assert not any(expiry.run_once().values())
    alone.clock.seconds += 0.2 * DAY_S
    assert expiry.run_once()["session"] == 1
    assert rows(alone, alone.trace) == {"otel_logs": 0, "otel_traces": 0, "trace_exceptions": 0}


def test_data_that_comes_when_its_time_is_over_stays_like_what_else_came_then(
    alone: World,
) -> None:
    session(alone, alone.id, alone.trace)
    alone.worker.run_once()
    alone.clock.seconds += 40 * DAY_S
    instruments = Instruments()
    expiry = Expiry(alone.database, alone.blobs, Retention(), alone.clock)
    buried = Buried(alone.database)
    ErasureWorker(
        alone.database, alone.blobs, buried, expiry, instruments=instruments, project="p"
    ).run_once()
    erased = instruments.registry.get_sample_value(
        "otel_replay_sessions_erased_total", {"project": "p", "reason": "expired"}
    )
    assert erased == 1
    session(alone, alone.id, alone.trace)
    alone.worker.run_once()
    alone.clock.seconds += 3600
    assert expiry.run_once()["session"] == 0
    alone.clock.seconds += 30 * DAY_S
    assert expiry.run_once()["session"] == 1
    assert rows(alone, alone.trace) == {"otel_logs": 0, "otel_traces": 0, "trace_exceptions": 0}


def test_what_is_set_at_run_time_wins_over_the_settings(alone: World) -> None:
    defaults = Settings(retention_logs_days=7)
    assert retention(alone, defaults) == {
        "replay": 30,
        "logs": 7,
        "traces": 30,
        "metrics": 30,
        "session": 30,
        "tables_changed": [],
    }
    changed = retention(alone, defaults, logs="90d", metrics="3")
    assert (changed["logs"], changed["metrics"], changed["session"]) == (90, 3, 90)
    assert "otel_logs" in changed["tables_changed"]
    assert "otel_traces" not in changed["tables_changed"]
    assert retention(alone, Settings())["logs"] == 90
    days = {
        row["name"]: row["engine_full"]
        for row in alone.database.query(
            "SELECT name, engine_full FROM system.tables WHERE database = currentDatabase()"
        )
    }
    assert "toIntervalDay(90)" in days["otel_logs"]
    assert "toIntervalDay(90)" in days["sessions"]
    assert "toIntervalDay(30)" in days["replay_chunks"]
    assert "toIntervalDay(3)" in days["otel_metrics_gauge"]
    assert apply_ttls(alone.database, of_project(alone.database, Retention())) == []


def test_the_tables_drop_by_the_days_that_hold_now_also_what_was_there_before(
    alone: World,
) -> None:
    """The TTL counts from arrival; longer days must hold for parts of before, too."""
    arrived = at(alone.clock() * 1000 - 40 * DAY_S * 1000)
    retention(alone, logs="60d")
    alone.log("", "", 0, Body="old", ReceivedAt=arrived)

    def merged() -> int:
        alone.database.command("OPTIMIZE TABLE otel_logs FINAL")
        return len(alone.database.query("SELECT Body FROM otel_logs"))

    assert merged() == 1
    retention(alone, logs="41d")
    assert merged() == 1
    retention(alone, logs="39d")
    assert merged() == 0


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"logs": "0"}, "expected days, 1d to 36500d"),
        ({"logs": "a month"}, "logs is 'a month'"),
        ({"replay": "40000d"}, "36500d"),
        ({"everything": "1d"}, "'everything' does not exist"),
    ],
)
def test_days_that_are_none_are_refused(
    world: World, parameters: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidDataError, match=message):
        retention(world, **parameters)
