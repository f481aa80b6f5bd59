"""A trace with its spans, logs and sessions, and the traces of a session."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from otel_replay.traces import correlation, store
from tests.support.sessions import World


def test_a_trace_from_browser_to_database(world: World) -> None:
    links: dict[str, Any] = {
        "Links.TraceId": ["f" * 32],
        "Links.SpanId": ["e" * 16],
        "Links.TraceState": [""],
        "Links.Attributes": [{"why": "retry"}],
    }
    world.click(world.id, 0)
    world.request(world.id, world.trace, "a" * 16, 1_000, status=500, duration_ms=50)
    world.span(
        world.trace,
        "b" * 16,
        1_010,
        parent="a" * 16,
        service="inventory",
        duration_ms=20.5,
        exceptions=[("KeyError", "coupon")],
        StatusMessage="it broke",
        **links,
    )
    world.backend_log("no such coupon", world.trace, 1_011, SpanId="b" * 16, SeverityNumber=17)
    world.chunk(world.id, 0, UserId="u-1")
    world.worker.run_once()

    trace = world.json(f"traces/{world.trace.upper()}")
    start = world.zero_ms + 1_000
    assert (trace["trace_id"], trace["start_ms"], trace["end_ms"]) == (
        world.trace,
        start,
        start + 50,
    )
    assert (trace["span_count"], trace["error_count"], trace["truncated"]) == (2, 2, False)
    assert trace["services"] == [
        {"name": "shop-web", "spans": 1, "errors": 1},
        {"name": "inventory", "spans": 1, "errors": 1},
    ]
    (root,) = trace["spans"]
    (child,) = root["children"]
    assert (root["session_id"], root["kind"], root["orphan"]) == (world.id, "Client", False)
    assert child == {
        "span_id": "b" * 16,
        "parent_span_id": "a" * 16,
        "name": "GET /stock",
        "kind": "Server",
        "service": "inventory",
        "scope": "flask",
        "start_ms": start + 10,
        "duration_ms": 20.5,
        "status": "Error",
        "status_message": "it broke",
        "session_id": "",
        "attributes": {},
        "resource": {"service.name": "inventory"},
        "events": [
            {
                "t_ms": start + 10,
                "name": "exception",
                "attributes": {"exception.type": "KeyError", "exception.message": "coupon"},
            }
        ],
        "links": [{"trace_id": "f" * 32, "span_id": "e" * 16, "attributes": {"why": "retry"}}],
        "orphan": False,
        "children": [],
    }
    assert trace["logs"] == [
        {
            "t_ms": start + 11,
            "severity": "ERROR",
            "service": "checkout",
            "body": "no such coupon",
            "span_id": "b" * 16,
            "event_name": "",
            "attributes": {},
        }
    ]
    assert trace["sessions"] == [
        {
            "id": world.id,
            "start_ms": world.zero_ms,
            "offset_ms": 1_000,
            "tab": "t1",
            "clock_error_ms": 0,
            "user": {"id": "u-1", "name": "", "email": ""},
            "has_replay": True,
        }
    ]


def test_redelivered_spans_and_logs_are_shown_once(world: World) -> None:
    for _ in range(2):
        world.span(world.trace, "b" * 16)
        world.backend_log("once", world.trace)
    trace = world.json(f"traces/{world.trace}")
    assert (trace["span_count"], len(trace["logs"])) == (1, 1)


def test_a_trace_without_a_session(world: World) -> None:
    world.span(world.trace, "b" * 16)
    assert world.json(f"traces/{world.trace}")["sessions"] == []


def test_a_trace_of_nothing_but_logs(world: World) -> None:
    world.backend_log("alone", world.trace, 7)
    trace = world.json(f"traces/{world.trace}")
    assert trace["spans"] == []
    assert (trace["start_ms"], trace["duration_ms"]) == (world.zero_ms + 7, 0)
    assert [log["body"] for log in trace["logs"]] == ["alone"]


def test_sessions_that_can_be_replayed_come_first(world: World) -> None:
    world.span(world.trace, "a" * 16, 0, session_id=f"{world.id}-silent")
    world.request(world.id, world.trace, "b" * 16, 10)
    world.chunk(world.id, 0)
    found = world.json(f"traces/{world.trace}")["sessions"]
    assert [session["id"] for session in found] == [world.id, f"{world.id}-silent"]


def test_orphans_circles_and_depth(world: World) -> None:
    deep = [_row(world, f"{n:016x}", f"{n - 1:016x}" if n > 1 else "") for n in range(1, 5_001)]
    lost = [_row(world, "a" * 16, "f" * 16)]
    circle = [_row(world, "b" * 16, "c" * 16), _row(world, "c" * 16, "b" * 16)]
    world.database.insert("otel_traces", [*deep, *lost, *circle])
    response = world.get(f"traces/{world.trace}")
    assert response.status_code == 200
    assert response.data.count(b'"children":[') == 5_003
    assert response.data.count(b'"orphan":true') == 2
    assert b'"span_count":5003' in response.data


def test_a_trace_that_is_too_big_is_cut(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MAX_SPANS", 3)
    world.database.insert("otel_traces", [_row(world, f"{n:016x}", "") for n in range(1, 6)])
    trace = world.json(f"traces/{world.trace}")
    assert (trace["span_count"], trace["truncated"]) == (3, True)


def test_a_trace_that_lasts_is_found_whole(world: World) -> None:
    world.span(world.trace, "a" * 16, 0)
    world.span(world.trace, "b" * 16, -2 * 86_400_000)
    assert world.json(f"traces/{world.trace}")["span_count"] == 2


def test_the_traces_of_a_session(world: World) -> None:
    world.click(world.id, 0)
    world.request(world.id, world.trace, "a" * 16, 2_000, status=502, duration_ms=40)
    for span_id, service, error in (("b", "checkout", []), ("c", "inventory", [("E", "m")])):
        for _ in range(2):
            world.span(
                world.trace, span_id * 16, 2_001, service=service, exceptions=error, parent="a" * 16
            )
    other = f"0{world.trace[1:]}" if world.trace[0] != "0" else f"1{world.trace[1:]}"
    world.request(world.id, other, "d" * 16, 1_000, url="http://shop")
    first, second = world.json(f"sessions/{world.id}/traces")["traces"]
    assert (first["name"], first["services"], first["status"]) == (
        "POST http://shop",
        ["shop-web"],
        200,
    )
    assert second == {
        "trace_id": world.trace,
        "start_ms": world.zero_ms + 2_000,
        "offset_ms": 2_000,
        "duration_ms": 40,
        "name": "POST /api/checkout",
        "service": "shop-web",
        "services": ["shop-web", "checkout", "inventory"],
        "spans": 3,
        "errors": 2,
        "status": 502,
    }


def test_the_name_of_a_trace_is_the_browsers_whatever_the_clocks(world: World) -> None:
    world.request(world.id, world.trace, "a" * 16, 1_000)
    world.span(world.trace, "b" * 16, 500, parent="a" * 16)
    (trace,) = world.json(f"sessions/{world.id}/traces")["traces"]
    assert (trace["name"], trace["service"]) == ("POST /api/checkout", "shop-web")


def test_a_trace_known_from_a_log_only_is_listed(world: World) -> None:
    world.log(world.id, "exception", 5, TraceId=world.trace)
    (trace,) = world.json(f"sessions/{world.id}/traces")["traces"]
    assert (trace["trace_id"], trace["spans"], trace["start_ms"]) == (
        world.trace,
        0,
        world.zero_ms + 5,
    )


def test_the_versions_of_the_services_are_told(world: World) -> None:
    known = [("1", "b", "2"), ("2", "b", "1"), ("3", "a", "7"), ("4", "a", "")]
    for digit, service, version in known:
        resource = {"service.name": service, "service.version": version}
        world.span(
            world.trace, digit * 16, service=service, ResourceAttributes=resource, parent="f" * 16
        )
    world.request(world.id, world.trace, "f" * 16)
    assert world.json(f"sessions/{world.id}/traces")["releases"] == [
        {"service": "a", "version": "7"},
        {"service": "b", "version": "1"},
        {"service": "b", "version": "2"},
    ]


def test_the_spans_under_way_at_a_moment(world: World) -> None:
    world.click(world.id, 0)
    world.request(world.id, world.trace, "a" * 16, 1_000, duration_ms=100)
    world.span(world.trace, "b" * 16, 1_010, parent="a" * 16, duration_ms=20)
    for _ in range(2):
        world.span(world.trace, "c" * 16, 1_040, parent="a" * 16, duration_ms=50)
    world.span("f" * 32, "d" * 16, 1_040, duration_ms=50)

    def under_way(from_ms: float, to_ms: float) -> list[str]:
        first, last = world.zero_ms + from_ms, world.zero_ms + to_ms
        body = world.json(f"sessions/{world.id}/spans?from={first}&to={last}")
        return [span["span_id"][0] for span in body["spans"]]

    assert under_way(1_020, 1_020) == ["a", "b"]
    assert under_way(1_035, 1_035) == ["a"]
    assert under_way(1_025, 1_045) == ["a", "b", "c"]
    assert under_way(1_101, 2_000) == []
    (first, *_) = world.json(f"sessions/{world.id}/spans")["spans"]
    assert first == {
        "trace_id": world.trace,
        "span_id": "a" * 16,
        "parent_span_id": "",
        "name": "POST",
        "kind": "Client",
        "service": "shop-web",
        "status": "Unset",
        "start_ms": world.zero_ms + 1_000,
        "offset_ms": 1_000,
        "duration_ms": 100,
    }


def test_too_many_spans_under_way_are_cut(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(correlation, "MAX_SPANS", 2)
    for digit in "123":
        world.request(world.id, world.trace, digit * 16)
    body = world.json(f"sessions/{world.id}/spans")
    assert (len(body["spans"]), body["truncated"]) == (2, True)


def test_too_many_traces_are_cut(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(correlation, "MAX_TRACES", 2)
    for digit in "123":
        world.request(world.id, digit + world.trace[1:], digit * 16)
    body = world.json(f"sessions/{world.id}/traces")
    assert (len(body["traces"]), body["truncated"]) == (2, True)


@pytest.mark.parametrize(
    ("trace_id", "status"), [("0" * 32, 404), ("xyz", 400), ("a" * 31, 400), ("g" * 32, 400)]
)
def test_ids_that_name_no_trace(world: World, trace_id: str, status: int) -> None:
    response = world.get(f"traces/{trace_id}")
    assert response.status_code == status
    assert orjson.loads(response.data)["error"]["message"]


def _row(world: World, span_id: str, parent: str) -> dict[str, Any]:
    return {
        "Timestamp": world.ns(0),
        "TraceId": world.trace,
        "SpanId": span_id,
        "ParentSpanId": parent,
        "SpanName": "step",
        "SpanKind": "Internal",
        "ServiceName": "deep",
        "StatusCode": "Unset",
    }


@pytest.mark.parametrize(
    "start_ns", [0, 1, 4_323_456_000 * 10**9, 9_200_000_000 * 10**9], ids=["0", "1", "2107", "2261"]
)
def test_a_trace_by_a_clock_that_is_far_off_can_be_opened(world: World, start_ns: int) -> None:
    world.span(world.trace, "a" * 16, Timestamp=start_ns, session_id=world.id)
    world.backend_log("here", world.trace, Timestamp=start_ns)
    trace = world.json(f"traces/{world.trace}")
    assert (trace["span_count"], trace["start_ms"]) == (1, start_ns / 1e6)
    assert [log["body"] for log in trace["logs"]] == ["here"]
    (of_session,) = world.json(f"sessions/{world.id}/traces")["traces"]
    assert of_session["name"] == "GET /stock"
