"""Finding sessions: the query language, time ranges, and pages."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from otel_replay.storage.blobs.file import FileBlobStore
from tests.support.database import temporary_database
from tests.support.sessions import World

SHOP = "http://shop.example"


@pytest.fixture(scope="module")
def people(engine_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Ada with an error on /checkout; Bob, who is called Zoë, on a phone."""
    with temporary_database(engine_path) as database:
        world = World(database, FileBlobStore(tmp_path_factory.mktemp("blobs")))
        _visit(world)
        world.worker.run_once()
        world.clock.seconds += 15
        world.worker.run_once()
        yield world


def _visit(world: World) -> None:
    ada = {"user.id": "u-1", "user.full_name": "Ada Lovelace", "user.email": "ada@example.com"}
    world.log("ada", "browser.navigation", 0, attributes={"url.full": f"{SHOP}/", **ada})
    world.navigation("ada", f"{SHOP}/checkout", 1_000)
    world.navigation("ada", f"{SHOP}/thanks", 90_000)
    world.log("ada", "exception", 2_000, attributes={"exception.type": "TypeError"})
    world.request("ada", "a" * 32, "a" * 16, 3_000, status=500)
    world.chunk("ada", 0)
    bob = {"user.id": "u-2", "user.full_name": "ZOË"}
    phone = {"service.name": "mobile-web", "user_agent.original": "iPhone Version/18.1 Safari/604"}
    world.log("bob", "session.end", 10_000, resource=phone, attributes=bob)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"ada", "bob"}),
        ("ada", {"ada"}),
        ("LOVELACE", {"ada"}),
        ('"ada lovelace"', {"ada"}),
        ("lovelace%", set()),
        ("love_ace", set()),
        ("love\\\\lace", set()),
        ("shop%exa", set()),
        ("ad", {"ada"}),
        ("ADA", {"ada"}),
        ("a-d-a", set()),
        ("user:zoë", {"bob"}),
        ("user:lovelace", {"ada"}),
        ("user:%lovelace", set()),
        ("url:CHECKOUT", {"ada"}),
        ("url:lovelace", set()),
        ("email:lovelace", set()),
        ("zoë", {"bob"}),
        ("/checkout", {"ada"}),
        (SHOP, {"ada"}),
        ("mobile-web", {"bob"}),
        ("user:u-", {"ada", "bob"}),
        ('user:"ada love"', {"ada"}),
        ("user:ada user:lovelace", {"ada"}),
        ("user:ada service:mobile", set()),
        ("email:example.com", {"ada"}),
        ("service:shop", {"ada"}),
        ("os:ios device:mobile browser:safari", {"bob"}),
        ("url:/checkout", {"ada"}),
        ("url:/nowhere", set()),
        ("errors:>0", {"ada"}),
        ("errors:0", {"bob"}),
        ("failed_requests:>=1 requests:=1", {"ada"}),
        ("pages:<3", {"bob"}),
        ("duration:>1m", {"ada"}),
        ("duration:<500ms", {"bob"}),
        ("state:live", {"ada"}),
        ("state:finished", {"bob"}),
        ("replay:yes", {"ada"}),
        ("id:bob", {"bob"}),
        ("user_id:u-1", {"ada"}),
        ("user_id:u-", set()),
        (f"trace:{'A' * 32}", {"ada"}),
        ("%", set()),
        ("' OR 1=1 --", set()),
        ("user:\\", set()),
    ],
)
def test_queries(people: World, query: str, expected: set[str]) -> None:
    response = people.client.get("/api/v1/sessions", query_string={"q": query})
    assert response.status_code == 200, response.text
    assert {row["id"] for row in orjson.loads(response.data)["sessions"]} == expected


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("colour:red", "'colour' is no key"),
        ("errors:many", "expected a number"),
        ("errors:1.5", "expected a number"),
        ("state:asleep", "expected live or finished"),
        ("duration:long", "expected a time"),
        ("x " * 30, "at most 20"),
        ("x" * 2000, "at most 1000"),
    ],
)
def test_queries_that_make_no_sense_are_refused(alone: World, query: str, message: str) -> None:
    response = alone.client.get("/api/v1/sessions", query_string={"q": query})
    assert response.status_code == 400
    assert message in orjson.loads(response.data)["error"]["message"]


def test_the_time_range_is_of_the_start(alone: World) -> None:
    for offset_ms in (0, 1_000, 2_000):
        alone.click(f"s{offset_ms}", offset_ms)
    alone.worker.run_once()
    start = alone.zero_ms
    listed = alone.json(f"sessions?from={start + 1_000}&to={start + 2_000}")["sessions"]
    assert [row["id"] for row in listed] == ["s1000"]


def test_pages_neither_miss_nor_repeat_while_new_sessions_come_in(alone: World) -> None:
    # Many share their start, and they lie on several days.
    times = [-86_400_000 * day + random.Random(7).choice((0, 5)) for day in range(4)] * 6
    ids = [f"s{index}" for index in range(len(times))]
    alone.chunks([alone.chunk_row(i, 0, start_ms=t) for i, t in zip(ids, times, strict=True)])
    alone.worker.run_once()

    seen: list[tuple[int, str]] = []
    cursor = ""
    for turn in range(100):
        page = alone.json(f"sessions?limit=5&cursor={cursor}")
        seen += [(row["start_ms"], row["id"]) for row in page["sessions"]]
        alone.click(f"new{turn}", 60_000 + turn)
        alone.worker.run_once()
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(i for _, i in seen) == sorted(ids)
    assert seen == sorted(seen, reverse=True)


def test_the_last_page_has_no_cursor(alone: World) -> None:
    for index in range(3):
        alone.click(f"s{index}")
    alone.worker.run_once()
    assert alone.json("sessions?limit=3")["next_cursor"] is None
    assert alone.json("sessions?limit=2")["next_cursor"] is not None


def test_nothing_received_is_an_empty_list(alone: World) -> None:
    assert alone.json("sessions") == {"sessions": [], "next_cursor": None}


@pytest.mark.parametrize("time_ns", [0, 9_200_000_000 * 10**9], ids=["1970", "2261"])
def test_a_session_by_a_clock_that_is_far_off_is_listed_and_opens(
    alone: World, time_ns: int
) -> None:
    alone.log(alone.id, "browser.navigation", Timestamp=time_ns)
    alone.navigation("today", f"{SHOP}/")
    alone.worker.run_once()
    found: list[str] = []
    cursor = ""
    while cursor is not None:
        page = alone.json(f"sessions?limit=1&cursor={cursor}")
        found += [session["id"] for session in page["sessions"]]
        cursor = page["next_cursor"]
    assert sorted(found) == sorted([alone.id, "today"])
    (event,) = alone.json(f"sessions/{alone.id}/events")["events"]
    # What is said to have happened after it came in happened as it came in.
    now_ms = time.time() * 1000
    assert event["t_ms"] == pytest.approx(min(time_ns / 1e6, now_ms), abs=60_000)
    from_ms = int(event["t_ms"])
    events = alone.json(f"sessions/{alone.id}/events?from={from_ms}&to=9200000000000")
    assert len(events["events"]) == 1
