"""What happened in a session, by time: the browser's part and the backend's."""

from __future__ import annotations

from typing import Any

import pytest

from otel_replay.sessions import events as events_module
from tests.support.sessions import World


def test_every_kind_is_told_apart(world: World) -> None:
    sent = {
        "browser.navigation": "navigation",
        "browser.user_action.click": "click",
        "browser.console": "console",
        "exception": "error",
        "session.start": "session",
        "session.replay.dropped": "dropped",
        "browser.web_vital": "vital",
        "cart.filled": "custom",
    }
    for offset_ms, name in enumerate(sent):
        world.log(world.id, name, offset_ms)
    world.request(world.id, world.trace, "a" * 16, 100)
    world.span(world.trace, "b" * 16, 101, exceptions=[("KeyError", "coupon")])
    world.backend_log("reserving", world.trace, 102)
    assert [(e["offset_ms"], e["kind"]) for e in _events(world)] == [
        *enumerate(sent.values()),
        (100, "request"),
        (101, "backend_error"),
    ]
    assert [e["title"] for e in _events(world, "kind=log")] == ["reserving"]


def test_an_event_has_all_its_fields(world: World) -> None:
    world.click(world.id, 0)
    world.request(world.id, world.trace, "a" * 16, 1_234.5, status=500, duration_ms=48.25)
    (event,) = _events(world, "kind=request")
    event["attributes"] = event["attributes"]["url.full"]
    assert event.pop("id")
    assert event == {
        "t_ms": world.zero_ms + 1_234.5,
        "offset_ms": 1_234.5,
        "kind": "request",
        "name": "POST",
        "source": "browser",
        "tab": "t1",
        "title": "POST /api/checkout",
        "severity": "ERROR",
        "status": 500,
        "duration_ms": 48.25,
        "service": "shop-web",
        "trace_id": world.trace,
        "span_id": "a" * 16,
        "attributes": "http://shop/api/checkout",
    }


def test_texts_come_as_they_were_sent(world: World) -> None:
    wild = 'x\\ "y"\n\t\x01 </script> \u2028 ü 😀'
    world.log(world.id, "cart.filled", 0, attributes={wild: wild})
    (event,) = _events(world)
    assert event["attributes"][wild] == wild


def test_a_note_is_called_by_its_text(world: World) -> None:
    for offset_ms, (uid, text) in enumerate([("u1", "she gave up here"), ("u2", "")]):
        attributes = {"log.record.uid": uid}
        world.log(world.id, "session.note", offset_ms, attributes=attributes, Body=text)
    assert [(e["kind"], e["name"], e["title"]) for e in _events(world)] == [
        ("custom", "session.note", "she gave up here"),
        ("custom", "session.note", "session.note"),
    ]


def test_an_event_without_a_status_says_null(world: World) -> None:
    world.request(world.id, world.trace, "a" * 16, status=None)
    world.click(world.id, 10)
    request, click = _events(world)
    assert (request["status"], request["severity"]) == (None, "ERROR")
    assert (click["status"], click["duration_ms"]) == (None, None)


def test_ids_are_unique_and_stay(world: World) -> None:
    for offset_ms in (0, 0, 1, 2):  # The second is a redelivery of the first.
        world.click(world.id, offset_ms)
    first = [event["id"] for event in _events(world)]
    assert len(set(first)) == 3
    assert [event["id"] for event in _events(world)] == first


def test_times_and_kinds_limit_the_answer(world: World) -> None:
    for offset_ms in range(5):
        world.click(world.id, offset_ms)
        world.navigation(world.id, f"http://shop/{offset_ms}", offset_ms)
    start = world.zero_ms
    found = _events(world, f"from={start + 1}&to={start + 3}&kind=click,error")
    assert [(e["kind"], e["offset_ms"]) for e in found] == [
        ("click", 1),
        ("click", 2),
        ("click", 3),
    ]


def test_the_time_of_an_event_finds_it_again(world: World) -> None:
    for time_ns in (123_456_789, 123_456_790):
        world.log(world.id, "browser.console", Timestamp=world.ns(0) + time_ns)
    for event in _events(world):
        found = _events(world, f"from={event['t_ms']}&to={event['t_ms']}")
        assert event in found


def test_backend_logs_of_the_session_and_of_its_traces(world: World) -> None:
    world.request(world.id, world.trace, "a" * 16)
    for _ in range(2):  # otel_logs keeps a redelivery.
        world.backend_log("in the trace", world.trace, 1, SeverityNumber=13)
    world.log(
        world.id, "", 2, scope="app", resource={"service.name": "api"}, Body="with the session's id"
    )
    world.backend_log("elsewhere", "f" * 32, 3)
    world.backend_log("", world.trace, 4, name="exception")
    found = _events(world, "kind=log")
    assert [(e["title"], e["source"], e["severity"]) for e in found] == [
        ("in the trace", "backend", "WARN"),
        ("with the session's id", "backend", "INFO"),
    ]


def test_the_chunks_own_records_are_no_events(world: World) -> None:
    world.click(world.id)
    world.log(world.id, "session.replay.chunk", scope="otel_replay.recorder", Body="H4sI")
    assert [event["kind"] for event in _events(world)] == ["click"]


def test_too_many_events_are_cut(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events_module, "MAX_EVENTS", 3)
    for offset_ms in range(4):
        world.click(world.id, offset_ms)
    path = f"sessions/{world.id}/events"
    body = world.json(path)
    assert (len(body["events"]), body["truncated"]) == (3, True)
    assert world.json(f"{path}?from={world.zero_ms + 1}")["truncated"] is False


def test_an_exception_of_the_browser_sent_twice_counts_once(world: World) -> None:
    attributes = {"exception.type": "TypeError", "exception.message": "x"}
    world.request(world.id, world.trace, "a" * 16, exceptions=[("TypeError", "x")])
    world.log(world.id, "exception", 1, attributes=attributes, TraceId=world.trace, SpanId="a" * 16)
    world.log(world.id, "exception", 2, attributes=attributes)
    world.worker.run_once()
    assert world.counts(world.id, "errors", "backend_errors") == {"errors": 2, "backend_errors": 0}


def test_rows_of_a_day_ago_are_found(world: World) -> None:
    world.log(world.id, "browser.user_action.click", Timestamp=world.ns(-86_400_000))
    assert len(_events(world)) == 1


def _events(world: World, query: str = "") -> list[Any]:
    found: list[Any] = world.json(f"sessions/{world.id}/events?{query}")["events"]
    return found
