"""Tabs, pages that come back, pages that are made ready before anybody sees them, and triggers."""

from __future__ import annotations

import json
import os

import pytest
from playwright.sync_api import Browser

from tests.sdk.shop import Shop, payload, shop
from tests.support.process import wait_for

pytestmark = pytest.mark.e2e

PAGE = "<!doctype html><title>Tabs</title>SDK<p>text</p>"


def texts(world: Shop) -> list[str]:
    """The recording of each tab, from its first chunk on without holes."""
    found = []
    for tab in world.chunks().values():
        assert sorted(tab) == list(range(len(tab)))
        assert tab[0].attributes["session.replay.checkpoint"]
        found.append("".join(payload(tab[seq]) for seq in sorted(tab)))
    return found


def test_two_tabs_are_one_session_with_a_recording_each(browser: Browser) -> None:
    context = browser.new_context()
    with shop({"/": PAGE}) as world:
        for number in (1, 2):
            page = context.new_page()
            page.goto(world.origin)
            page.evaluate(f"() => document.body.append('tab number {number}')")
        wait_for("both", lambda: all(f"tab number {n}" in world.recorded() for n in (1, 2)))
        assert len({session for session, _ in world.chunks()}) == 1
        assert len(world.events("session.start")) == 1
        first, second = sorted(texts(world), key=lambda text: "tab number 2" in text)
        assert "tab number 2" not in first
        assert "tab number 1" not in second
    context.close()


def test_going_back_to_a_kept_page_records_on_as_a_new_tab(browser: Browser) -> None:
    # Playwright turns the back/forward cache off unless it is told not to, and the headless shell
    # has none.
    kept = browser.browser_type.launch(
        executable_path=os.environ.get("CHROMIUM") or browser.browser_type.executable_path,
        args=["--no-sandbox"],
        ignore_default_args=["--disable-back-forward-cache"],
    )
    with shop({"/": PAGE, "/next": "<title>Next</title>SDK<p>next"}) as world:
        page = kept.new_page()
        page.goto(world.origin)
        wait_for("the recording", world.chunks)
        page.evaluate("() => { window.same = true }")
        page.goto(world.origin + "/next")
        wait_for("the next page", lambda: len(world.chunks()) == 2)
        page.go_back(wait_until="commit")
        assert page.evaluate("() => window.same === true"), "the page was not kept"
        page.evaluate("() => document.body.append('back again')")
        wait_for("the third recording", lambda: "back again" in world.recorded())
        assert len(world.chunks()) == 3
        assert len({session for session, _ in world.chunks()}) == 1
        assert [("back again" in text) for text in texts(world)].count(True) == 1
    kept.close()


def test_a_prerendered_page_begins_when_it_is_shown(browser: Browser) -> None:
    context = browser.new_context()
    context.add_init_script(
        "Object.defineProperty(document, 'prerendering', { value: true, configurable: true })"
    )
    with shop({"/": PAGE}) as world:
        page = context.new_page()
        page.goto(world.origin)
        page.evaluate("() => otelReplay.track('unseen')")
        page.evaluate("() => otelReplay.flush()")
        assert page.evaluate("() => otelReplay.getSessionId()") is None
        assert page.evaluate("() => Object.keys(localStorage)") == []
        page.evaluate(
            """() => {
              Object.defineProperty(document, 'prerendering', { value: false });
              document.dispatchEvent(new Event('prerenderingchange'));
            }"""
        )
        wait_for("the recording", world.chunks)
        assert len(world.events("session.start")) == 1
    context.close()


TRIGGERS = {
    "an event": ("{ events: ['cart.full'] }", "otelReplay.track('cart.full')"),
    "an address": ("{ urls: [/checkout/] }", "history.pushState({}, '', '/checkout')"),
    "a flag of the page's own": ("{}", "otelReplay.trigger()"),
}


@pytest.mark.parametrize("name", TRIGGERS)
def test_a_trigger_sends_the_minute_before_it(browser: Browser, name: str) -> None:
    triggers, act = TRIGGERS[name]
    html = f"""<title>Page</title><script src="/otel.js"></script><script>
      otelReplay.init({{ endpoint: '/otlp', serviceName: 'shop', recordReplay: 'on-error',
        triggers: {triggers} }});</script><p>text</p>"""
    context = browser.new_context()
    with shop({"/": html}) as world:
        page = context.new_page()
        page.goto(world.origin)
        page.evaluate("() => { otelReplay.track('other'); document.body.append('before it'); }")
        page.evaluate("() => history.pushState({}, '', '/cart')")
        page.evaluate("() => otelReplay.flush()")
        assert world.attempts == []
        page.evaluate(f"() => void {act}")
        wait_for("the past", lambda: "before it" in world.recorded())
        wait_for("the event before it", lambda: world.events("other"))
        (tab,) = world.chunks().values()
        assert json.loads(payload(tab[0]))[1]["type"] == 2, "a snapshot is first"
    context.close()
