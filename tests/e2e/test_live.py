"""Watching somebody who is on the page right now."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.support.process import Up, wait_for
from tests.support.site import site

pytestmark = pytest.mark.e2e

PAGE = """<!doctype html><title>Counter</title>
<script src="{ui}/sdk/otel.js" data-endpoint="{otlp}" data-service="live"></script>
<body><button id="more">more</button><p id="count">none</p><script>
let count = 0;
more.onclick = () => (document.querySelector('#count').textContent = `${{++count}} so far`);
</script>"""


def test_each_thing_that_somebody_does_is_seen_though_nothing_follows_it(
    up: Up, browser: Browser
) -> None:
    html = PAGE.format(ui=up.addresses["ui"], otlp=up.addresses["otlp_http"])
    with site({"/": html}) as origin:
        user = browser.new_context().new_page()
        user.goto(origin)
        session_id = wait_for("the id", lambda: user.evaluate("otelReplay.getSessionId()"))
        user.click("#more")
        wait_for("the session", lambda: _listed(up, session_id))
        viewer = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        viewer.goto(f"{up.addresses['ui']}/sessions/{session_id}")
        frame = viewer.frame_locator("[data-testid=replay-frame] .surface:not(.behind) iframe")
        expect(frame.get_by_text("1 so far")).to_be_visible()
        for count in (2, 3):
            user.click("#more")
            expect(frame.get_by_text(f"{count} so far")).to_be_visible()
        expect(viewer.get_by_test_id("event-row").filter(has_text="more")).to_have_count(3)
        user.context.close()
        viewer.context.close()


def _listed(up: Up, session_id: str) -> bool:
    listed = up.get(f"/api/v1/sessions?q=id:{session_id}")["sessions"]
    return bool(listed and listed[0]["has_replay"])
