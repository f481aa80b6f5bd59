"""What a page reports beside the screen, in the browser that makes it happen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.sdk.shop import Shop, shop
from tests.support.process import wait_for

pytestmark = pytest.mark.e2e

PAGE = "<!doctype html><title>Signals</title>SDK<p>text</p>"
POLICY = "img-src 'self'"


@pytest.fixture(scope="module")
def world(browser: Browser) -> Iterator[tuple[Shop, Page]]:
    context = browser.new_context()
    with shop({"/": PAGE}, policy=POLICY) as opened:
        page = context.new_page()
        page.goto(opened.origin)
        wait_for("the recording", opened.chunks)
        yield opened, page
        context.close()


def only(world: Shop, name: str, page: Page) -> Mapping[str, Any]:
    page.evaluate("() => otelReplay.flush()")
    (event,) = wait_for(name, lambda: world.events(name))
    return event.attributes


def test_an_aggregate_error_tells_its_parts_and_their_cause(world: tuple[Shop, Page]) -> None:
    opened, page = world
    page.evaluate(
        """() => void Promise.reject(new AggregateError([
          new TypeError('first part'), new Error('second part'),
        ], 'both failed', { cause: new RangeError('the reason') }))"""
    )
    error = only(opened, "exception", page)
    assert (error["exception.type"], error["exception.message"]) == (
        "AggregateError",
        "both failed",
    )
    stack = error["exception.stacktrace"]
    parts = ["TypeError: first part", "Error: second part", "Caused by: RangeError: the reason"]
    assert [part for part in parts if part not in stack] == []


def test_what_a_policy_forbids_is_reported(world: tuple[Shop, Page]) -> None:
    opened, page = world
    page.evaluate("() => void (new Image().src = 'http://localhost:9/tracker.png')")
    violation = only(opened, "browser.csp_violation", page)
    assert "img-src" in str(violation)
    assert "localhost:9" in str(violation)


def test_losing_and_finding_the_network_is_reported(world: tuple[Shop, Page]) -> None:
    opened, page = world
    # What is reported is what holds when the page hears of it.
    page.evaluate(
        "() => { window.lost = new Promise((done) => addEventListener('offline', done)); }"
    )
    page.context.set_offline(True)
    page.evaluate("async () => { await window.lost; }")
    page.context.set_offline(False)
    events = wait_for(
        "both", lambda: (found := opened.events("browser.connectivity"))[1:] and found
    )
    assert [e.attributes["browser.connectivity.online"] for e in events] == [False, True]


def test_a_page_that_is_not_seen_any_more_tells_so_and_its_memory(
    world: tuple[Shop, Page],
) -> None:
    opened, page = world
    page.evaluate(
        """() => {
          Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
          document.dispatchEvent(new Event('visibilitychange'));
          delete document.visibilityState;
        }"""  # noqa: E501
    )
    assert only(opened, "browser.visibility", page)["browser.visibility.state"] == "hidden"
    assert only(opened, "browser.memory", page)["browser.memory.used"] > 100_000


def test_a_long_task_is_reported(world: tuple[Shop, Page]) -> None:
    opened, page = world
    page.evaluate(
        """() => new Promise((done) => setTimeout(() => {
          for (const end = performance.now() + 200; performance.now() < end;);
          done();
        }))"""
    )
    wait_for("the task", lambda: [ms for ms in numbers(opened, "browser.long_task") if ms >= 200])


def numbers(world: Shop, name: str) -> list[float]:
    values = [value for event in world.events(name) for value in event.attributes.values()]
    return [value for value in values if isinstance(value, int | float)]
