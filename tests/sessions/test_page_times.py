"""Which pages a session was on, from when, and for how long they were open."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.sessions.conftest import Told
from tests.support.rrweb import click, meta
from tests.support.sessions import World, at

HOME, CART, DONE = "http://shop/", "http://shop/cart", "http://shop/done"
DAY_MS = 86_400_000

Story = Callable[[World], None]
Page = tuple[str, int, int, int]
"""Address, when it was first open, how often it was gone to, for how long it was open; ms."""


def _pages(world: World) -> list[Page]:
    return [
        (page["url"], page["offset_ms"], page["visits"], page["time_ms"])
        for page in world.session(world.id)["pages"]
    ]


def _visit(world: World, *steps: tuple[int, str], tab: str = "t1", until_ms: int) -> None:
    """Goes to addresses, and changes visibility, at times; then clicks a last time."""
    for time_ms, step in steps:
        if step in ("hidden", "visible"):
            world.visibility(world.id, step, time_ms, tab)
        else:
            world.navigation(world.id, step, time_ms, tab)
    world.click(world.id, until_ms, tab=tab)


def _one_after_the_other(world: World) -> None:
    _visit(world, (0, HOME), (3_000, CART), (10_000, HOME), until_ms=11_000)


def _the_same_again(world: World) -> None:
    _visit(world, (0, HOME), (3_000, HOME), (5_000, CART), until_ms=6_000)


def _hidden_for_a_while(world: World) -> None:
    _visit(world, (0, HOME), (2_000, "hidden"), (8_000, "visible"), until_ms=9_000)


def _hidden_as_it_goes(world: World) -> None:
    _visit(world, (0, HOME), (2_000, "hidden"), until_ms=5_000)


def _opened_in_the_background(world: World) -> None:
    _visit(world, (0, HOME), (4_000, "visible"), until_ms=9_000)


def _gone_on_while_hidden(world: World) -> None:
    _visit(world, (0, HOME), (1_000, "hidden"), (2_000, CART), (5_000, "visible"), until_ms=6_000)


def _two_tabs_on_one_page(world: World) -> None:
    _visit(world, (0, HOME), until_ms=6_000)
    _visit(world, (4_000, HOME), until_ms=10_000, tab="t2")


def _from_tab_to_tab(world: World) -> None:
    _visit(world, (0, HOME), (4_000, "hidden"), (9_000, "visible"), until_ms=10_000)
    _visit(world, (4_000, CART), (9_000, "hidden"), until_ms=9_500, tab="t2")


def _as_long_as_it_is_recorded(world: World) -> None:
    world.navigation(world.id, HOME, 0)
    world.chunk(world.id, 0, start_ms=1_000)


def _without_navigation(world: World) -> None:
    world.click(world.id, 0)


STORIES: list[tuple[Story, list[Page], str, str]] = [
    (_one_after_the_other, [(HOME, 0, 2, 4_000), (CART, 3_000, 1, 7_000)], HOME, HOME),
    (_the_same_again, [(HOME, 0, 1, 5_000), (CART, 5_000, 1, 1_000)], HOME, CART),
    (_hidden_for_a_while, [(HOME, 0, 1, 3_000)], HOME, HOME),
    (_hidden_as_it_goes, [(HOME, 0, 1, 2_000)], HOME, HOME),
    (_opened_in_the_background, [(HOME, 0, 1, 5_000)], HOME, HOME),
    (_gone_on_while_hidden, [(HOME, 0, 1, 1_000), (CART, 2_000, 1, 1_000)], HOME, CART),
    (_two_tabs_on_one_page, [(HOME, 0, 2, 10_000)], HOME, HOME),
    (_from_tab_to_tab, [(HOME, 0, 1, 5_000), (CART, 4_000, 1, 5_000)], HOME, HOME),
    (_as_long_as_it_is_recorded, [(HOME, 0, 1, 5_000)], HOME, HOME),
    (_without_navigation, [], "", ""),
]
"""Each with its pages, and the first and the last of them."""


@pytest.fixture(scope="module")
def told(settled: Told) -> dict[Story, World]:
    stories = [story for story, *_ in STORIES]
    return dict(zip(stories, settled(stories), strict=True))


@pytest.mark.parametrize(("story", "pages", "entry", "exit_"), STORIES)
def test_pages_and_the_time_on_each(
    told: dict[Story, World], story: Story, pages: list[Page], entry: str, exit_: str
) -> None:
    world = told[story]
    assert _pages(world) == pages
    session = world.session(world.id)
    assert (session["entry_page"], session["exit_page"]) == (entry, exit_)


def test_pages_of_a_recording_alone_are_those_that_it_names(world: World) -> None:
    world.chunks([world.chunk_row(world.id, seq) for seq in range(2)])
    world.read_inputs(world.id, "t1", 2, [meta(0, HOME), meta(3_000, CART), click(4_000)])
    assert _pages(world) == [(HOME, 0, 1, 3_000), (CART, 3_000, 1, 6_000)]


def test_pages_of_light_events_come_before_those_of_the_recording(world: World) -> None:
    world.navigation(world.id, HOME, 0)
    world.chunk(world.id, 0)
    world.read_inputs(world.id, "t1", 1, [meta(0, HOME), meta(3_000, CART)])
    assert _pages(world) == [(HOME, 0, 1, 4_000)]


def test_at_most_200_pages_are_kept(world: World) -> None:
    rows = [
        {
            "SessionId": world.id,
            "Timestamp": world.ns(number),
            "EventId": number,
            "Kind": "navigation",
            "Source": "browser",
            "Tab": "t1",
            "Url": f"{HOME}{number}",
        }
        for number in range(210)
    ]
    world.database.insert("session_events", rows)
    pages = _pages(world)
    assert (len(pages), pages[-1]) == (200, (f"{HOME}199", 199, 1, 1))
    assert world.session(world.id)["exit_page"] == f"{HOME}209"


def test_pages_of_a_finished_session_grow_with_what_comes_late(world: World) -> None:
    long_ago = at(world.zero_ms)
    world.navigation(world.id, HOME, 0)
    world.chunk(world.id, 0, Final=True, ReceivedAt=long_ago)
    world.worker.run_once()
    assert _pages(world) == [(HOME, 0, 1, 4_000)]
    world.navigation(world.id, CART, 2_000)
    world.worker.run_once()
    assert _pages(world) == [(HOME, 0, 1, 2_000), (CART, 2_000, 1, 2_000)]
    world.navigation(world.id, CART, 2_000)  # Once more.
    world.worker.run_once()
    assert _pages(world) == [(HOME, 0, 1, 2_000), (CART, 2_000, 1, 2_000)]


def test_a_session_across_midnight_is_one(alone: World) -> None:
    alone.zero_ms = alone.zero_ms // DAY_MS * DAY_MS - 60_000
    _visit(alone, (0, HOME), (90_000, CART), until_ms=120_000)
    alone.worker.run_once()
    (session,) = alone.json("sessions")["sessions"]
    assert (session["start_ms"], session["duration_ms"]) == (alone.zero_ms, 120_000)
    assert _pages(alone) == [(HOME, 0, 1, 90_000), (CART, 90_000, 1, 30_000)]
