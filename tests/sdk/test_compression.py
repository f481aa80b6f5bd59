"""Chunks are compressed in a worker where the policy allows one, and arrive in any case."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.sdk.shop import Record, Shop, payload, shop
from tests.support.process import wait_for

pytestmark = pytest.mark.e2e

# A snapshot that is worth a worker.
BIG = "<!doctype html><title>Big</title>SDK<body>" + "<p>käse and bread, once more</p>" * 2500
BASE = "default-src 'none'; connect-src 'self'; script-src 'self'"


def checkpoint(world: Shop) -> Record:
    """The first chunk of the only tab."""
    wait_for("the checkpoint", lambda: any(0 in tab for tab in world.chunks().values()))
    (tab,) = world.chunks().values()
    return tab[0]


@pytest.mark.parametrize(
    ("policy", "worker", "refusals"),
    [
        pytest.param(None, "/otel-late.js", 0, id="no policy"),
        pytest.param(BASE, "/otel-late.js", 0, id="scripts of the page's origin"),
        pytest.param(f"{BASE}; worker-src blob:", "blob:", 1, id="blob workers only"),
        pytest.param(f"{BASE}; worker-src 'none'", None, 2, id="no workers"),
    ],
)
def test_the_worker_is_what_the_policy_allows(
    browser: Browser, policy: str | None, worker: str | None, refusals: int
) -> None:
    context = browser.new_context()
    with shop({"/": BIG}, policy=policy) as world:
        page = context.new_page()
        workers: list[str] = []
        complaints: list[str] = []
        page.on("worker", lambda one: workers.append(one.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(world.origin)
        chunk = checkpoint(world)
        assert chunk.attributes["session.replay.encoding"] == "gzip"
        assert chunk.attributes["session.replay.size"] == len(payload(chunk).encode())
        assert world.recorded().count("käse") == 2500
        # What the browser tells is heard while it is asked something.
        page.evaluate("() => 0")
        running = [url for url in workers if worker and worker in url]
        assert bool(running) == (worker is not None)
        assert len([text for text in complaints if "worker-src" in text]) == refusals
        # That the site has no icon is none of ours.
        others = [text for text in complaints if "worker-src" not in text]
        assert [text for text in others if "404" not in text] == []
        if worker is None:
            # Once per tab is enough.
            complaints.clear()
            page.goto(world.origin)
            wait_for("the second recording", lambda: len(world.chunks()) == 2)
            page.evaluate("() => 0")
            assert [text for text in complaints if "404" not in text] == []
    context.close()


def test_a_worker_that_dies_is_done_without(browser: Browser) -> None:
    context = browser.new_context()
    # Workers that start, and never answer, or fail: what a page sees of a browser short of memory.
    context.add_init_script(
        """window.Worker = class extends EventTarget {
          constructor() { super(); window.made = (window.made ?? 0) + 1; }
          postMessage() {
            setTimeout(() => this.onerror(new Event('error', { cancelable: true })), 0);
          }
          terminate() {}
        };"""
    )
    with shop({"/": BIG}) as world:
        page = context.new_page()
        page.goto(world.origin)
        chunk = checkpoint(world)
        assert chunk.attributes["session.replay.encoding"] == "gzip"
        assert page.evaluate("() => window.made") == 2
    context.close()


def test_without_a_compressor_chunks_go_as_they_are(browser: Browser) -> None:
    context = browser.new_context()
    context.add_init_script("delete window.CompressionStream")
    with shop({"/": BIG}) as world:
        page = context.new_page()
        page.goto(world.origin)
        chunk = checkpoint(world)
        assert chunk.attributes["session.replay.encoding"] == "identity"
        assert world.recorded().count("käse") == 2500
    context.close()


def test_what_a_worker_has_in_hand_when_the_page_is_left_is_sent_all_the_same(
    browser: Browser,
) -> None:
    context = browser.new_context()
    context.add_init_script(
        "window.Worker = class { postMessage() { window.handed = true; } terminate() {} };"
    )
    with shop({"/": BIG, "/next": "<title>Next</title>SDK<p>next"}) as world:
        page = context.new_page()
        page.goto(world.origin)
        page.wait_for_function("() => window.handed")
        page.goto(world.origin + "/next")
        wait_for("the checkpoint", lambda: "käse" in world.recorded())
    context.close()
