"""Data that comes late, again, or to two workers: sessions end up as if it had come in time."""

from __future__ import annotations

from typing import Any

from otel_replay.sessions.worker import FINISH_EVERY_MS, SessionWorker
from tests.support.sessions import World, at

MINUTE_S = 60
DAY_MS = 86_400_000


def _settle(world: World, seconds: float = 2 * FINISH_EVERY_MS / 1000) -> None:
    world.worker.run_once()
    world.clock.seconds += seconds
    world.worker.run_once()


def _listed(world: World) -> list[Any]:
    rows: list[Any] = world.json("sessions")["sessions"]
    return rows


def test_a_reopened_session_finishes_once_more_with_all_of_it(world: World) -> None:
    world.click(world.id, 0)
    _settle(world, 16 * MINUTE_S)
    assert world.session(world.id)["state"] == "finished"

    world.clock.seconds -= 16 * MINUTE_S
    world.click(world.id, 600_000)
    world.worker.run_once()
    assert world.session(world.id)["state"] == "live"
    _settle(world, 16 * MINUTE_S)
    session = world.session(world.id)
    assert (session["state"], session["duration_ms"]) == ("finished", 600_000)
    assert session["counts"]["clicks"] == 2


def test_a_late_chunk_closes_the_gap_of_a_finished_session(world: World) -> None:
    long_ago = at(world.zero_ms)
    for seq in (0, 2):
        world.chunk(world.id, seq, Final=seq == 2, ReceivedAt=long_ago)
    world.worker.run_once()
    session = world.session(world.id)
    assert (session["state"], session["gaps"]) == ("finished", 1)

    world.chunk(world.id, 1, ReceivedAt=long_ago)
    world.worker.run_once()
    session = world.session(world.id)
    assert (session["state"], session["gaps"], session["counts"]["chunks"]) == ("finished", 0, 3)
    (tab,) = world.json(f"sessions/{world.id}/manifest")["tabs"]
    assert (tab["chunks"]["seq"], tab["gaps"]) == ([0, 1, 2], [])


def test_what_a_browser_kept_for_weeks_makes_a_session_that_finishes(alone: World) -> None:
    alone.zero_ms -= 45 * DAY_MS
    alone.click(alone.id, 0)
    alone.worker.run_once()
    assert alone.session(alone.id)["state"] == "live"
    _settle(alone, 16 * MINUTE_S)
    (session,) = _listed(alone)
    assert (session["state"], session["start_ms"]) == ("finished", alone.zero_ms)


def test_a_session_that_moves_to_another_day_and_back_is_listed_once(alone: World) -> None:
    # Only a copy of its chunk says when it was sent: the clock was ten days behind.
    days = {
        "StartTime": at(alone.zero_ms - 10 * DAY_MS),
        "EndTime": at(alone.zero_ms - 10 * DAY_MS),
    }
    alone.chunk(alone.id, 0, **days)
    alone.worker.run_once()
    first = alone.zero_ms - 10 * DAY_MS
    assert [row["start_ms"] for row in _listed(alone)] == [first]

    sent = at(alone.zero_ms - 10 * DAY_MS + 1_000)
    alone.chunk(alone.id, 0, **days, SentAt=sent)
    alone.worker.run_once()
    (moved,) = _listed(alone)
    assert moved["start_ms"] > first + 9 * DAY_MS

    alone.chunk(alone.id, 0, **days)
    alone.worker.run_once()
    assert [row["start_ms"] for row in _listed(alone)] == [first]


def test_two_workers_make_the_same_rows(alone: World) -> None:
    other = SessionWorker(alone.database, alone.clock)
    alone.click(alone.id)
    for worker in (alone.worker, other, alone.worker):
        worker.run_once()
    alone.click(alone.id, 1_000)
    for worker in (other, alone.worker):
        worker.run_once()
    (session,) = _listed(alone)
    assert (session["counts"]["clicks"], session["duration_ms"]) == (2, 1_000)
