"""Who is recorded, when it begins, and how the SDK is loaded."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Browser, Page

from otel_replay.browser import sdk_path
from tests.sdk.shop import Shop, shop
from tests.support.process import wait_for

pytestmark = pytest.mark.e2e

INIT = """<title>Page</title><script src="/otel.js"></script><script>
  otelReplay.init({{ endpoint: '/otlp', serviceName: 'shop', {options} }});
</script><body><p id="text">text</p><button id="dead">nothing happens</button></body>"""


def page_with(options: str) -> dict[str, str]:
    return {"/": INIT.format(options=options)}


def flushed(page: Page) -> None:
    page.evaluate("() => otelReplay.flush()")


def test_nothing_happens_before_consent_and_everything_after(browser: Browser) -> None:
    context = browser.new_context()
    with shop(page_with("requireConsent: true")) as world:
        page = context.new_page()
        loaded: list[str] = []
        page.on("request", lambda request: loaded.append(request.url))
        page.goto(world.origin)
        page.click("#dead")
        flushed(page)
        assert world.attempts == []
        assert not any("otel-late" in url for url in loaded)
        assert page.evaluate("() => Object.keys(localStorage)") == []
        page.evaluate("() => otelReplay.consent()")
        wait_for("the recording", world.chunks)
        page.evaluate("() => otelReplay.consent(false)")
        page.evaluate("() => { otelReplay.track('late'); document.body.append('late') }")
        flushed(page)
        assert world.events("late") == []
        assert page.evaluate("() => otelReplay.getSessionId()") is None
    context.close()


@pytest.mark.parametrize(
    ("options", "warning"),
    [
        ("sampleRate: 0", "not among the recorded share"),
        ("recordBots: false", "(bot)"),
        ("respectDoNotTrack: true", "(do_not_track)"),
    ],
)
def test_who_is_not_recorded_is_told_why(browser: Browser, options: str, warning: str) -> None:
    context = browser.new_context()
    context.add_init_script(
        "Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })"
    )
    with shop(page_with(options)) as world:
        page = context.new_page()
        warnings: list[str] = []
        page.on("console", lambda message: warnings.append(message.text))
        page.goto(world.origin)
        page.click("#dead")
        flushed(page)
        assert world.attempts == []
        assert any(warning in text for text in warnings)
    context.close()


def test_an_error_sends_the_minute_before_it(browser: Browser) -> None:
    context = browser.new_context()
    with shop(page_with("recordReplay: 'on-error'")) as world:
        page = context.new_page()
        page.goto(world.origin)
        page.evaluate("() => { document.querySelector('#text').textContent = 'before the error' }")
        page.evaluate("() => otelReplay.track('quiet')")
        flushed(page)
        assert world.attempts == []
        page.evaluate("() => void setTimeout(() => { throw new Error('at last') })")
        wait_for("the error", lambda: world.events("exception"))
        wait_for("the past", lambda: "before the error" in world.recorded())
        assert len(world.events("quiet")) == 1
        (tab,) = world.chunks().values()
        assert sorted(tab) == list(range(len(tab)))
        assert tab[0].attributes["session.replay.checkpoint"]
    context.close()


def test_the_stub_keeps_calls_and_errors_until_the_script_is_there(browser: Browser) -> None:
    stub = sdk_path("otel-stub.js").read_text()
    html = f"""<title>Async</title><script data-src="/otel.js" data-endpoint="/otlp"
      data-service="shop">{stub}</script><script>
      otelReplay.identify({{ id: 'u1' }}); otelReplay.track('early.event', {{ n: 1 }});
      setTimeout(() => {{ throw new TypeError('early error') }});
      </script><p>text"""
    context = browser.new_context()
    with shop({"/": html}) as world:
        page = context.new_page()
        page.goto(world.origin)
        (event,) = wait_for("the call", lambda: world.events("early.event"))
        (error,) = wait_for("the error", lambda: world.events("exception"))
        assert event.attributes["user.id"] == "u1"
        assert error.attributes["exception.type"] == "TypeError"
        assert re.fullmatch("[0-9a-f]{32}", page.evaluate("() => otelReplay.getSessionId()"))
    context.close()


@pytest.mark.parametrize(
    "policy",
    [
        "default-src 'none'; script-src 'nonce-abc'; connect-src 'self'; worker-src 'none'",
        "default-src 'none'; script-src 'self'; connect-src 'self'; worker-src 'none'",
        "default-src 'none'; script-src 'self'; connect-src 'self';"
        " require-trusted-types-for 'script'",
    ],
)
def test_strict_policies_are_kept(browser: Browser, policy: str) -> None:
    context = browser.new_context()
    with shop({"/": "<title>Strict</title>SDK<p>strict"}, 'nonce="abc"', policy) as world:
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(world.origin)
        wait_for("the recording", lambda: "strict" in world.recorded())
        assert [text for text in complaints if "favicon" not in text] == []
    context.close()


CLICKS = """<title>Clicks</title>SDK<button id="dead">dead</button>
<button id="alive" onclick="this.textContent += '!'">alive</button>
<a id="link" href="#x">link</a>"""


def test_rage_and_dead_clicks_are_told_from_others(browser: Browser) -> None:
    context = browser.new_context()
    with shop({"/": CLICKS}) as world:
        page = context.new_page()
        page.goto(world.origin)
        wait_for("the recording", world.chunks)
        # By itself: between clicks of ours, a slow machine lets too much time pass for rage.
        page.evaluate(
            "() => { for (let n = 0; n < 4; n++) document.querySelector('#alive').click(); }"
        )
        page.click("#link")
        page.click("#dead")
        dead = wait_for("the dead click", lambda: world.events("browser.user_action.dead_click"))
        assert [one.attributes["browser.css_selector"] for one in dead] == ["button#dead"]
        (rage,) = world.events("browser.user_action.rage_click")
        assert rage.attributes["browser.css_selector"] == "button#alive"
    context.close()


NETWORK = """<title>Network</title>SDK<script>
window.run = async () => {
  await fetch('/graphql', { method: 'POST', body: JSON.stringify({ operationName: 'Cart', query: 'query Cart { id }' }) });
  document.body.append(Object.assign(new Image(), { src: '/missing.png' }));
  const stream = new EventSource('/stream'); stream.onerror = () => stream.close();
};</script>"""  # noqa: E501


def test_requests_vitals_and_failures_to_load_are_reported(browser: Browser) -> None:
    context = browser.new_context()
    with shop({"/": NETWORK}) as world:
        page = context.new_page()
        page.goto(world.origin)
        wait_for("the recording", world.chunks)
        page.evaluate("() => run()")
        broken = wait_for("the image", lambda: world.events("browser.resource_error"))
        assert broken[0].attributes["browser.resource.url"] == "/missing.png"
        wait_for("two spans", lambda: len(world.spans()) >= 2)
        span = next(span for span in world.spans() if span.name == "POST").attributes
        assert span["graphql.operation.name"] == "Cart"
        assert span["http.request.body.size"] > 40
        assert span["browser.timing.wait"] >= 0
        vitals = wait_for("vitals", lambda: world.events("browser.web_vital"))
        names = {one.attributes["browser.web_vital.name"] for one in vitals}
        assert "TTFB" in names
        assert {one.attributes["browser.web_vital.rating"] for one in vitals} <= {
            "good",
            "needs-improvement",
            "poor",
        }
    context.close()


def first_tab(world: Shop) -> str:
    return next(iter(world.chunks()))[1]


def test_a_duplicated_tab_is_a_recording_of_its_own(browser: Browser) -> None:
    context = browser.new_context()
    with shop({"/": "<title>Tabs</title>SDK<p>text"}) as world:
        page = context.new_page()
        page.goto(world.origin)
        wait_for("the recording", world.chunks)
        # An opened window gets a copy of the opener's sessionStorage, as a duplicated tab does.
        with page.expect_popup() as opened:
            page.evaluate("() => void window.open(location.href)")
        opened.value.wait_for_load_state()
        wait_for("two recordings", lambda: len(world.chunks()) == 2)
        assert len({session for session, _ in world.chunks()}) == 1
        assert len(world.events("session.start")) == 1
    context.close()


def test_what_a_person_types_is_told_from_what_the_page_sets(browser: Browser) -> None:
    context = browser.new_context()
    form = "<title>Form</title>SDK<input id='typed' class='show'><input id='set' class='show'>"
    page_of = f'{form}<script>document.body.dataset.otelUnmask = ""</script>'
    with shop({"/": page_of}) as world:
        page = context.new_page()
        page.goto(world.origin)
        wait_for("the first chunk", world.chunks)
        page.locator("#typed").press_sequentially("ab")
        page.evaluate("() => (document.querySelector('#set').value = 'by the page')")

        def inputs() -> list[tuple[str, bool]]:
            page.evaluate("() => otelReplay.flush()")
            events = [json.loads(line) for line in world.recorded().splitlines()]
            found = [e["data"] for part in events for e in part if e["type"] == 3]
            return [(d["text"], d["userTriggered"]) for d in found if d["source"] == 5]

        expected = [("a", True), ("ab", True), ("by the page", False)]
        wait_for("all of it", lambda: inputs() == expected)
    context.close()
