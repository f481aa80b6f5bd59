"""What happened on a page is replayed or counted as dropped, whatever network and tab do."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page

from tests.sdk.shop import Shop, at_random, shop
from tests.support.process import wait_for

pytestmark = pytest.mark.e2e

NUMBERS = """<!doctype html><title>Numbers</title>SDK<body><div id="list"></div>
<script>
  /** Adds `count` numbered elements, some at a time, each change of the page on its own. */
  window.change = async (from, count) => {
    const list = document.querySelector('#list');
    for (let n = from; n < from + count; n += 50) {
      for (let i = n; i < n + 50; i++) list.append(Object.assign(document.createElement('i'), { textContent: `<${i}>` }));
      await new Promise((resolve) => setTimeout(resolve, 5));
      list.replaceChildren();
    }
  };
</script>"""  # noqa: E501


def replayed(world: Shop) -> set[int]:
    """The numbers in everything that can be played."""
    return {int(number) for number in re.findall(r"<(\d+)>", world.recorded())}


def waiting(page: Page) -> int:
    """How many rows the device keeps."""
    return int(
        page.evaluate(
            """() => new Promise((resolve) => {
              const request = indexedDB.open('otel_replay', 1);
              request.onupgradeneeded = () => request.result.createObjectStore('waiting', { keyPath: 'key' });
              request.onsuccess = () => {
                const count = request.result.transaction('waiting').objectStore('waiting').count();
                count.onsuccess = () => { request.result.close(); resolve(count.result); };
              };
            })"""  # noqa: E501
        )
    )


def kept(page: Page) -> str:
    """Texts of the rows that the device keeps; of chunks, what is in them."""
    return str(
        page.evaluate(
            """async () => {
              const done = (request) => new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
              const db = await done(indexedDB.open('otel_replay', 1));
              const rows = await done(db.transaction('waiting').objectStore('waiting').getAll());
              db.close();
              const unpacked = ({ body, encoding }) =>
                encoding === 'gzip' ? new Blob([body]).stream().pipeThrough(new DecompressionStream('gzip')) : body;
              const text = ({ item }) => (item.kind === 'chunk' ? new Response(unpacked(item)).text() : JSON.stringify(item));
              return (await Promise.all(rows.map(text))).join();
            }"""  # noqa: E501
        )
    )


def test_ten_thousand_changes_survive_failures_offline_phases_and_reloads(browser: Browser) -> None:
    context = browser.new_context()
    with shop({"/": NUMBERS}) as world:
        world.refuse = at_random(0.4)
        page = context.new_page()
        page.goto(world.origin)
        wait_for("the first chunk", world.chunks)
        for part in range(5):
            context.set_offline(part % 2 == 1)
            page.evaluate("([from]) => window.change(from, 2000)", [part * 2000])
            context.set_offline(False)
            page.reload()
            recording(world, page)
        world.refuse = lambda: False
        page.evaluate("() => window.dispatchEvent(new Event('online'))")

        def missing() -> set[int]:
            return set(range(10_000)) - replayed(world)

        # The device keeps what is not answered after a while, not at once.
        wait_for("nothing to wait or be missing", lambda: waiting(page) == 0 and not missing())
        assert world.events("session.replay.dropped") == []
    context.close()


def recording(world: Shop, page: Page) -> None:
    """Waits until this load of the page is being recorded."""
    before = len(world.attempts)
    page.evaluate("() => document.body.append('begun')")
    wait_for("the page to send", lambda: len(world.attempts) > before)


def begun(world: Shop, context: BrowserContext) -> tuple[Page, str]:
    """A recorded page, and its session."""
    page = context.new_page()
    page.goto(world.origin)
    wait_for("the first chunk", world.chunks)
    return page, str(page.evaluate("() => otelReplay.getSessionId()"))


def test_what_a_crashed_tab_had_not_sent_the_next_visit_sends(browser: Browser) -> None:
    context = browser.new_context()
    with shop({"/": NUMBERS, "/next": "<title>Next</title>SDK<p>next"}) as world:
        page, session_id = begun(world, context)
        world.refuse = lambda: True
        page.evaluate("() => window.change(0, 500)")
        page.evaluate("() => otelReplay.track('before.crash')")
        # Kept before it is sent, which the shop refuses.
        page.evaluate("() => otelReplay.flush()")
        wait_for(
            "the device to keep all of it",
            lambda: all(text in kept(page) for text in ("<499>", "before.crash")),
        )
        with pytest.raises(Error):
            page.goto("chrome://crash", timeout=5000)
        world.refuse = lambda: False
        context.new_page().goto(world.origin + "/next")
        wait_for("the lost event", lambda: world.events("before.crash"))
        wait_for("the lost changes", lambda: len(replayed(world)) == 500)
        (event,) = world.events("before.crash")
        assert event.attributes["session.id"] == session_id
        assert re.fullmatch("[0-9a-f]{32}", event.attributes["log.record.uid"])
    context.close()


def test_a_page_left_before_everything_was_loaded_is_told_of_by_the_next(browser: Browser) -> None:
    context = browser.new_context()
    with shop({"/": "<title>Short</title>SDK<p>short", "/next": "<title>Next</title>SDK"}) as world:
        page = context.new_page()
        page.route("**/otel-late.js", lambda route: route.abort())
        page.goto(world.origin)
        page.evaluate("() => otelReplay.track('seen.shortly')")
        page.unroute("**/otel-late.js")
        page.goto(world.origin + "/next")
        wait_for("the event", lambda: world.events("seen.shortly"))
        assert world.events("seen.shortly")[0].attributes["url.full"] == world.origin + "/"
    context.close()


def test_what_is_dropped_is_counted_by_reason(browser: Browser) -> None:
    context = browser.new_context()
    options = "data-endpoint='' "
    start = """<title>Filter</title><script src="/otel.js"></script><script>
      otelReplay.init({ endpoint: '/otlp', serviceName: 'shop',
        beforeSend: (item) => (item.name === 'secret.event' ? null : item) });
    </script>"""
    with shop({"/": start}, options) as world:
        page = context.new_page()
        page.goto(world.origin)
        page.evaluate("() => { otelReplay.track('secret.event'); otelReplay.track('other'); }")
        page.evaluate("() => otelReplay.flush()")
        wait_for("the event", lambda: world.events("other"))
        counters = wait_for("counters", lambda: world.events("session.replay.counters"))
        assert counters[0].attributes["session.replay.dropped.before_send"] == 1
        assert world.events("secret.event") == []
    context.close()
