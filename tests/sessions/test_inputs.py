"""What is read off rrweb events: case by case, then whole recordings of a tab."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
import pytest

from otel_replay.sessions.inputs import MAX_ITEMS, SessionInputs
from tests.support.rrweb import Event, change, click, element, increment, meta, moved, typed

LINK, BOX, FIELD, LIST, BUTTON, IN_LINK = 10, 11, 12, 13, 14, 15


PAGE: Event = {
    "type": 0,
    "id": 1,
    "childNodes": [
        element(
            2,
            "body",
            element(LINK, "a", element(IN_LINK, "b"), href="/cart"),
            element(BOX, "input", type="checkbox", checked=True),
            element(FIELD, "input"),
            element(LIST, "select"),
            element(BUTTON, "button"),
        )
    ],
}


def snapshot(at_ms: int = 0) -> list[Event]:
    return [
        meta(at_ms, "http://shop/"),
        {"type": 2, "timestamp": at_ms, "data": {"node": PAGE, "initialOffset": {}}},
    ]


def facts(*events: Event) -> dict[str, Any]:
    """The row of a tab whose recording these events are."""
    inputs = SessionInputs()
    inputs.add("t1", 0, orjson.dumps([*snapshot(), *events]))
    (row,) = inputs.rows("s", {"t1": 1})
    return row


def stretches(row: dict[str, Any]) -> list[tuple[int, int]]:
    pairs = zip(row["Inputs.Start"], row["Inputs.End"], strict=True)
    return [(_ms(start), _ms(end)) for start, end in pairs]


def _ms(time: datetime) -> int:
    return round(time.timestamp() * 1000)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], []),
        ([click(1_000)], [(1_000, 1_000)]),
        ([click(1_000), click(6_000)], [(1_000, 6_000)]),
        ([click(1_000), click(6_001)], [(1_000, 1_000), (6_001, 6_001)]),
        ([moved(1_000, 600)], [(600, 1_000)]),
        ([increment(1_000, 6, positions=[{"timeOffset": -100}])], [(900, 1_000)]),
        ([increment(1_000, 12, positions=[{"timeOffset": 0}])], [(1_000, 1_000)]),
        ([increment(1_000, 3, id=1, x=0, y=90)], [(1_000, 1_000)]),
        ([increment(1_000, 2, type=7, id=1, x=1, y=1)], [(1_000, 1_000)]),
        ([typed(1_000, "a")], [(1_000, 1_000)]),
        # What pages do by themselves.
        ([change(1_000)], []),
        ([increment(1_000, 2, type=5, id=FIELD), increment(1_500, 2, type=6, id=FIELD)], []),
        ([typed(1_000, "a", userTriggered=False)], []),
        ([increment(1_000, 4, width=5, height=5), increment(1_000, 14, ranges=[])], []),
        # Events in disorder.
        ([click(20_000), click(1_000), click(3_000)], [(1_000, 3_000), (20_000, 20_000)]),
        ([click(9_000), click(1_000), click(5_000)], [(1_000, 9_000)]),
        # No pointer moves for days before it is reported.
        ([moved(500_000, 1_000)], [(495_000, 500_000)]),
    ],
)
def test_inputs_are_stretches_of_time(events: list[Event], expected: list[Any]) -> None:
    assert stretches(facts(*events)) == expected


@pytest.mark.parametrize(
    ("events", "count"),
    [
        ([typed(1, "a"), typed(2, "ab"), typed(3, "a")], 3),
        ([typed(1, "a"), typed(2, "a")], 1),
        ([typed(1, ""), typed(2, "a")], 2),
        # A mask is as wide for any text: only that there is one is seen.
        ([typed(1, "******"), typed(2, "******"), typed(3, "")], 2),
        ([typed(1, "a", FIELD), typed(2, "a", 99)], 2),
        ([typed(1, "a"), typed(2, "", userTriggered=False)], 1),
        ([typed(1, "a", userTriggered=True)], 1),
        # What is chosen is not typed.
        ([typed(1, "on", BOX), typed(2, "on", BOX, checked=True)], 0),
        ([typed(1, "blue", LIST)], 0),
        # A box that is not in the snapshot is known by being checked.
        ([typed(1, "on", 99, checked=True), typed(2, "on", 99)], 0),
        ([typed(1, "a"), *snapshot(2), typed(3, "ab")], 2),
    ],
)
def test_key_presses_are_changes_of_text(events: list[Event], count: int) -> None:
    assert facts(*events)["KeyPresses"] == count


def test_fields_that_are_added_are_known_too() -> None:
    added = element(50, "div", element(51, "input", type="RANGE"), element(52, "input"))
    mutation = increment(1, 0, adds=[{"parentId": 2, "nextId": None, "node": added}])
    row = facts(mutation, typed(2, "3", 51), typed(3, "4", 51), typed(4, "x", 52))
    assert row["KeyPresses"] == 1


def test_clicks_have_times_and_places() -> None:
    row = facts(click(1_000, x=10.6, y=-3), increment(1_100, 2, type=1, id=BUTTON), click(1_200))
    assert [_ms(time) for time in row["Clicks.Time"]] == [1_000, 1_200]
    assert (row["Clicks.X"], row["Clicks.Y"]) == ([11, 5], [-3, 7])


LATER = click(9_000)


@pytest.mark.parametrize(
    ("events", "dead"),
    [
        ([click(1_000), LATER], True),
        ([click(1_000), moved(3_500, 3_500), change(3_501)], True),
        # Nothing tells what came of it.
        ([click(1_000)], False),
        ([click(1_000), moved(3_499, 3_000)], False),
        # The page answers.
        ([click(1_000), change(3_499), LATER], False),
        ([click(1_000), increment(2_000, 8, id=1, adds=[]), LATER], False),
        ([click(1_000), increment(2_000, 7, id=1, type=0), LATER], False),
        ([click(1_000), typed(2_000, "x"), LATER], False),
        ([click(1_000), increment(2_000, 2, type=5, id=FIELD), LATER], False),
        (
            [click(1_000), meta(2_000, "http://b/"), LATER],
            False,
        ),
        ([click(1_000), increment(1_100, 3, id=1, x=0, y=1), LATER], False),
        ([click(1_000), increment(1_100, 14, ranges=[]), LATER], False),
        # No answer to this click.
        ([click(1_000), increment(1_101, 3, id=1, x=0, y=1), LATER], True),
        ([change(999), click(1_000), LATER], True),
        ([click(1_000), *snapshot(2_000), LATER], True),
        # Links and fields answer by themselves, with what is in them.
        ([click(1_000, LINK), LATER], False),
        ([click(1_000, IN_LINK), LATER], False),
        ([click(1_000, FIELD), LATER], False),
        ([click(1_000, LIST), LATER], False),
    ],
)
def test_dead_is_a_click_that_nothing_comes_of(events: list[Event], dead: bool) -> None:
    assert facts(*events)["Clicks.Dead"][0] is dead


def test_a_text_to_edit_answers_by_itself() -> None:
    editor = element(60, "div", element(61, "p"), contenteditable="true")
    plain = element(62, "div", contenteditable="false")
    adds = [{"parentId": 2, "node": editor}, {"parentId": 2, "node": plain}]
    moved_in = [{"parentId": 61, "node": element(63, "i")}]
    row = facts(
        increment(1, 0, adds=adds),
        increment(2, 0, adds=moved_in),
        *(click(1_000 + node, node) for node in (60, 61, 62, 63)),
        LATER,
    )
    assert row["Clicks.Dead"][:4] == [False, False, True, False]


def test_pages_are_those_of_the_recording() -> None:
    row = facts(meta(5_000, "http://shop/"), meta(6_000, "http://shop/cart"))
    assert row["Urls.Url"] == ["http://shop/", "http://shop/cart"]
    assert [_ms(time) for time in row["Urls.Time"]] == [0, 6_000]


def test_a_row_for_each_tab() -> None:
    inputs = SessionInputs()
    inputs.add("t1", 0, orjson.dumps([click(1_000)]))
    inputs.add("t1", 1, orjson.dumps([click(9_000)]))
    inputs.add("t2", 0, b"[]")
    rows = inputs.rows("s", {"t1": 2, "t2": 1})
    assert [(row["SessionId"], row["Tab"], row["Chunks"]) for row in rows] == [
        ("s", "t1", 2),
        ("s", "t2", 1),
    ]
    assert [row["Clicks.Dead"] for row in rows] == [[True, False], []]


@pytest.mark.parametrize(
    "part", [b"", b"\x1f\x8b", b"{}", b"[", b'"x"', b"null", b"[" * 5_000], ids=repr
)
def test_what_is_no_list_of_events_counts_for_nothing(part: bytes) -> None:
    inputs = SessionInputs()
    inputs.add("t1", 0, orjson.dumps([click(1_000)]))
    inputs.add("t1", 1, part)
    inputs.add("t1", 2, orjson.dumps([click(2_000)]))
    (row,) = inputs.rows("s", {"t1": 3})
    assert len(row["Clicks.Time"]) == 2


@pytest.mark.parametrize(
    "bad",
    [
        None,
        7,
        [],
        {},
        {"type": 3},
        {"type": 3, "timestamp": "soon", "data": {"source": 2}},
        {"type": 3, "timestamp": -1, "data": {"source": 2, "type": 2}},
        {"type": 3, "timestamp": 1e300, "data": {"source": 2, "type": 2}},
        {"type": 3, "timestamp": 5, "data": None},
        {"type": 3, "timestamp": 5, "data": {"source": 1, "positions": []}},
        {"type": 3, "timestamp": 5, "data": {"source": 1, "positions": [{"timeOffset": None}]}},
        {"type": 3, "timestamp": 5, "data": {"source": [], "positions": 3}},
        {"type": 3, "timestamp": 5, "data": {"source": 5, "id": [], "text": {}}},
        {"type": 3, "timestamp": 5, "data": {"source": 0, "adds": [{"parentId": 1}]}},
        {"type": 3, "timestamp": 5, "data": {"source": 0, "adds": [{"parentId": {}, "node": 1}]}},
        {"type": 2, "timestamp": 5, "data": {"node": {"tagName": {}, "childNodes": [1]}}},
        {"type": 2, "timestamp": 5, "data": {"node": {"tagName": "a", "attributes": []}}},
        {"type": 4, "timestamp": 5, "data": {"href": 3}},
    ],
    ids=repr,
)
def test_a_malformed_event_leaves_the_others_alone(bad: Any) -> None:
    row = facts(click(1_000), bad, click(2_000), typed(3_000, "a"))
    assert len(row["Clicks.Time"]) == 2
    assert (row["KeyPresses"], row["Urls.Url"]) == (1, ["http://shop/"])


@pytest.mark.parametrize("place", [1e12, -1e12, None, "7"])
def test_a_click_at_no_place_is_a_click(place: Any) -> None:
    row = facts(click(1_000, x=place))
    assert -(2**31) <= row["Clicks.X"][0] < 2**31


def test_what_is_kept_of_a_tab_is_bounded() -> None:
    row = facts(*(click(10_000 * number) for number in range(MAX_ITEMS + 5)))
    assert {len(row[name]) for name in ("Clicks.Time", "Inputs.Start")} == {MAX_ITEMS}
