"""What the demo shop's services tell about a request: one trace, and logs that belong to it."""

from __future__ import annotations

import secrets

import pytest
import requests
from opentelemetry.proto.logs.v1.logs_pb2 import SeverityNumber
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from tests.demo.collector import Collector, Sent, text_of
from tests.demo.conftest import Shop

FORM = {"name": "Ada Byron", "email": "ada@shop.example", "address": "Quay 1"}


def order(shop: Shop, trace_id: str, coupon: str) -> requests.Response:
    """Order beans as a browser does that has started the trace ``trace_id``."""
    customer = shop.customer()
    customer.post(f"{shop.address}/api/basket/beans").raise_for_status()
    headers = {"traceparent": f"00-{trace_id}-{secrets.token_hex(8)}-01"}
    form = {**FORM, "coupon": coupon}
    return customer.post(f"{shop.address}/api/orders", json=form, headers=headers)


@pytest.fixture(scope="module")
def failed(shop: Shop) -> tuple[str, requests.Response]:
    """The trace id and the answer of a checkout with the coupon that fails."""
    trace_id = secrets.token_hex(16)
    response = order(shop, trace_id, "BROKEN")
    shop.collector.wait_for(lambda collector: has_arrived(collector, trace_id))
    return trace_id, response


def test_failing_checkout_tells_the_customer_and_not_the_reason(
    failed: tuple[str, requests.Response],
) -> None:
    _, response = failed
    assert response.status_code == 502
    assert "your order was not placed" in response.json()["error"]
    assert "division" not in response.text


def test_failing_checkout_is_one_trace_through_both_services(
    shop: Shop, failed: tuple[str, requests.Response]
) -> None:
    spans = shop.collector.trace(failed[0])
    by_id = {sent.record.span_id: sent for sent in spans}
    server = only(spans, "inventory", Span.SPAN_KIND_SERVER)
    client = by_id[server.record.parent_span_id]
    assert (client.service, client.record.kind) == ("checkout", Span.SPAN_KIND_CLIENT)
    page = by_id[client.record.parent_span_id]
    assert page.record == only(spans, "checkout", Span.SPAN_KIND_SERVER).record
    assert [sent.record.status.code for sent in (server, client, page)] == [
        Status.STATUS_CODE_ERROR
    ] * 3


def test_failing_checkout_records_the_exception_on_the_inventorys_span(
    shop: Shop, failed: tuple[str, requests.Response]
) -> None:
    server = only(shop.collector.trace(failed[0]), "inventory", Span.SPAN_KIND_SERVER)
    (event,) = [event for event in server.record.events if event.name == "exception"]
    assert text_of(event.attributes, "exception.type") == "ZeroDivisionError"
    stack = text_of(event.attributes, "exception.stacktrace")
    assert "full_cents // coupon" in stack


def test_queries_are_spans_below_the_inventorys(
    shop: Shop, failed: tuple[str, requests.Response]
) -> None:
    spans = shop.collector.trace(failed[0])
    server = only(spans, "inventory", Span.SPAN_KIND_SERVER)
    queries = [sent.record for sent in spans if "FROM coupons" in query_text(sent.record)]
    assert [query.parent_span_id for query in queries] == [server.record.span_id]


def test_log_lines_of_both_services_carry_the_trace_id(
    shop: Shop, failed: tuple[str, requests.Response]
) -> None:
    logs = shop.collector.logs_of(failed[0])
    bodies: dict[str, list[str]] = {"checkout": [], "inventory": []}
    for sent in logs:
        bodies[sent.service].append(sent.record.body.string_value)
    assert any("ordering 1 units, coupon 'BROKEN'" in body for body in bodies["checkout"])
    assert any("pricing 1 lines" in body for body in bodies["inventory"])
    errors = [sent.record for sent in logs if sent.service == "inventory"]
    kinds = {text_of(record.attributes, "exception.type") for record in errors}
    assert "ZeroDivisionError" in kinds


def test_slow_request_shows_its_staircase(shop: Shop) -> None:
    trace_id = secrets.token_hex(16)
    headers = {"traceparent": f"00-{trace_id}-{secrets.token_hex(8)}-01"}
    response = shop.customer().get(f"{shop.address}/api/recommendations", headers=headers)
    assert response.text.count("data-add=") == 3
    shop.collector.wait_for(
        lambda collector: (
            len(named(collector, trace_id, "GET /api/recommendations")) == 1
            and len(named(collector, trace_id, "ask the warehouse")) == 8
        )
    )
    (page,) = named(shop.collector, trace_id, "GET /api/recommendations")
    assert seconds(page) > 1.5
    stairs = named(shop.collector, trace_id, "ask the warehouse")
    stairs.sort(key=lambda span: span.start_time_unix_nano)
    assert all(
        before.end_time_unix_nano <= after.start_time_unix_nano
        for before, after in zip(stairs, stairs[1:], strict=False)
    )


def only(spans: list[Sent[Span]], service: str, kind: Span.SpanKind.ValueType) -> Sent[Span]:
    """Return the one span of ``service`` and ``kind``."""
    (found,) = [sent for sent in spans if (sent.service, sent.record.kind) == (service, kind)]
    return found


def named(collector: Collector, trace_id: str, name: str) -> list[Span]:
    """Return the spans of a trace that have the name."""
    return [sent.record for sent in collector.trace(trace_id) if sent.record.name == name]


def has_arrived(collector: Collector, trace_id: str) -> bool:
    """Tell whether the last things that a failing checkout tells are there.

    Each service sends its spans in the order of their ends, and its own request ends last.
    """
    spans = collector.trace(trace_id)
    answered = {s.service for s in spans if s.record.kind == Span.SPAN_KIND_SERVER}
    errors = {
        sent.service
        for sent in collector.logs_of(trace_id)
        if sent.record.severity_number == SeverityNumber.SEVERITY_NUMBER_ERROR
    }
    return {"checkout", "inventory"} <= answered & errors


def query_text(span: Span) -> str:
    """Return the statement of a database span, or ''."""
    return text_of(span.attributes, "db.query.text")


def seconds(span: Span) -> float:
    """Return how long a span took."""
    return (span.end_time_unix_nano - span.start_time_unix_nano) / 1e9
