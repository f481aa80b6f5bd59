"""The replay looks as the page looked to its visitor, whoever watches it, and however."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from tests.support.process import Up, wait_for
from tests.support.site import site

pytestmark = pytest.mark.e2e

PAGE = """<!doctype html><html><head><title>A page</title>
<script src="{ui}/sdk/otel.js" data-endpoint="{otlp}" data-service="fidelity"></script>
{head}</head><body>{body}</body></html>"""


def page(up: Up, body: str, head: str = "") -> str:
    """A recorded page."""
    addresses = up.addresses
    return PAGE.format(ui=addresses["ui"], otlp=addresses["otlp_http"], head=head, body=body)


def leave(up: Up, visitor: Page) -> str:
    """Leaves the recorded page; returns the session id when everything has arrived."""
    session_id = str(visitor.evaluate("() => window.otelReplay.getSessionId()"))
    visitor.goto("about:blank")

    def complete() -> bool:
        listed = up.sql(f"SELECT Final FROM replay_chunks WHERE SessionId = '{session_id}'")
        return any(row["Final"] for row in listed)

    wait_for("the last chunk", complete)
    return session_id


def show(viewer: Page, up: Up, session_id: str) -> None:
    """Opens the replay at its end."""
    viewer.goto(f"{up.addresses['ui']}/sessions/{session_id}?t=1e9")
    viewer.wait_for_function("() => window.__player && window.__player.ready")


SCHEMES = """<style>
body { background: rgb(1, 2, 3); }
@media (prefers-color-scheme: dark) { body { background: rgb(4, 5, 6); } }
</style>"""
BACKGROUND = """() => {
  const shown = window.__player.document();
  return shown.defaultView.getComputedStyle(shown.body).backgroundColor;
}"""


@pytest.mark.parametrize(
    ("preferred", "expected"), [("light", "rgb(1, 2, 3)"), ("dark", "rgb(4, 5, 6)")]
)
def test_a_page_with_a_dark_side_is_shown_on_the_side_its_visitor_saw(
    up: Up, browser: Browser, preferred: Literal["light", "dark"], expected: str
) -> None:
    visiting = browser.new_context(color_scheme=preferred)
    # Emulated preferences reach into frames, real ones do not: "null" leaves the browser its own.
    watching = browser.new_context(color_scheme="null")
    with site({"/": page(up, "<p>hello</p>", SCHEMES)}) as origin:
        visitor = visiting.new_page()
        visitor.goto(origin)
        session_id = leave(up, visitor)
    viewer = watching.new_page()
    show(viewer, up, session_id)
    assert viewer.evaluate(BACKGROUND) == expected
    visiting.close()
    watching.close()


EDITORS = """<div id="plain" contenteditable></div>
<div id="rich" contenteditable><p><b>draft</b></p></div>"""


def test_what_is_typed_into_an_editor_never_leaves_the_browser(
    up: Up, browser: Browser, viewer: Page
) -> None:
    context = browser.new_context()
    with site({"/": page(up, EDITORS + "<p>The page's own text</p>")}) as origin:
        visitor = context.new_page()
        visitor.goto(origin)
        for editor in ("#plain", "#rich"):
            visitor.click(editor)
            visitor.keyboard.type("my secret")
        session_id = leave(up, visitor)
    context.close()
    tab = up.get(f"/api/v1/sessions/{session_id}/manifest")["tabs"][0]["id"]
    show(viewer, up, session_id)
    shown = viewer.evaluate("() => window.__player.document().body.innerText")
    assert "The page's own text" in shown
    assert "******" in shown
    recorded = viewer.request.get(
        f"{up.addresses['ui']}/api/v1/sessions/{session_id}/replay?tab={tab}&from_seq=0&to_seq=99"
    ).text()
    assert "The page's own text" in recorded
    assert "secret" not in recorded
    assert "draft" not in recorded
