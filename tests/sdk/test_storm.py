"""A page that changes very much at once is recorded in pieces, or visibly not at all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.sdk.shop import Shop, payload, shop
from tests.support.process import wait_for

pytestmark = pytest.mark.e2e

EDITOR = """<!doctype html><title>Editor</title>SDK<body><div id="editor"></div><button>add</button>
<script>
  const editor = document.querySelector('#editor');
  window.load = (rows) => {
    editor.innerHTML = Array.from({ length: rows }, (_, n) => `<p>row ${n}</p>`).join('');
  };
  window.mark = () => editor.querySelectorAll('p').forEach((row, n) => (row.className = 'm' + n));
  document.querySelector('button').onclick = () => document.body.append('clicked');
</script>"""


def mutations(world: Shop) -> list[dict[str, Any]]:
    """The changes in everything that arrived, in order."""
    chunks = [chunks[seq] for chunks in world.chunks().values() for seq in sorted(chunks)]
    events = [event for chunk in chunks for event in json.loads(payload(chunk))]
    return [e["data"] for e in events if e["type"] == 3 and e["data"]["source"] == 0]


def test_an_editor_of_ten_thousand_rows_is_recorded_whole_and_in_pieces(browser: Browser) -> None:
    context = browser.new_context()
    with shop({"/": EDITOR}) as world:
        page = context.new_page()
        page.goto(world.origin)
        wait_for("the first chunk", world.chunks)
        page.evaluate("() => load(10_000)")
        page.evaluate("() => mark()")
        page.evaluate("() => otelReplay.flush()")
        wait_for("the last mark", lambda: '"m9999"' in world.recorded())
        found = mutations(world)
        texts = [add["node"].get("textContent") for data in found for add in data["adds"]]
        assert sorted(t for t in texts if t) == sorted(f"row {n}" for n in range(10_000))
        marks = [one["attributes"]["class"] for data in found for one in data["attributes"]]
        assert marks == [f"m{n}" for n in range(10_000)]
        assert max(len(data["adds"]) + len(data["attributes"]) for data in found) == 1000
        assert world.events("session.replay.dropped") == []
    context.close()


def test_what_is_more_than_a_page_can_carry_ends_the_recording_until_it_is_less(
    browser: Browser,
) -> None:
    context = browser.new_context()
    with shop({"/": EDITOR}) as world:
        page = context.new_page()
        page.clock.install()
        page.goto(world.origin)

        def reasons() -> list[Any]:
            page.clock.run_for(3000)
            dropped = world.events("session.replay.dropped")
            return [record.attributes["session.replay.dropped.reason"] for record in dropped]

        def recordings() -> int:
            page.clock.run_for(3000)
            return len(world.chunks())

        wait_for("the first chunk", lambda: recordings() == 1)
        page.evaluate("() => load(160_000)")
        wait_for("the storm to be told", lambda: reasons()[:1] == ["mutation_storm"])
        page.click("button")
        assert page.inner_text("body").endswith("clicked")
        # Another recording would begin with a snapshot of all of it.
        told = ["mutation_storm", "page_too_large"]
        wait_for("the page to be too large", lambda: reasons()[:2] == told)
        page.evaluate("() => load(10)")
        wait_for("the recording to go on", lambda: recordings() == 2)
        assert "row 9" in world.recorded()
    context.close()
