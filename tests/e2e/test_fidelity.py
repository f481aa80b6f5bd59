"""The replay looks as the page looked to its visitor, whoever watches it, and however."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from tests.e2e.pages import HEAD, PAGES
from tests.support.npm import bundle
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
    # Left before its turn at the processor, a page may lose its end, which is not the point.
    visitor.evaluate("() => window.otelReplay.flush()")
    visitor.goto("about:blank")

    def complete() -> bool:
        """The last chunk, and those before it, which may come in later."""
        chunks = f"SELECT Seq, Final FROM replay_chunks FINAL WHERE SessionId = '{session_id}'"
        listed = {int(row["Seq"]): row["Final"] for row in up.sql(chunks)}
        return any(listed.values()) and sorted(listed) == list(range(len(listed)))

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


SIZE: ViewportSize = {"width": 900, "height": 650}
# Shows the replay in its own size at the corner of the page, without cursor or controls.
ALONE = """() => {
  const frame = [...document.querySelectorAll('iframe')].find((one) => one.contentDocument === window.__player.document());
  for (let at = frame.parentElement; at; at = at.parentElement) {
    Object.assign(at.style, { transform: 'none', zoom: '1', overflow: 'visible', contain: 'none', filter: 'none' });
  }
  const style = { position: 'fixed', left: '0', top: '0', zIndex: '2147483647', transform: 'none', border: '0', margin: '0', background: '#fff' };
  Object.entries(style).forEach(([name, value]) => frame.style.setProperty(name.replace(/[A-Z]/g, (c) => '-' + c.toLowerCase()), value, 'important'));
  return [frame.clientWidth, frame.clientHeight];
}"""  # noqa: E501
# Share of pixels that differ by more than an eighth of the range in some colour, and a picture of
# them: the live page pale, what differs in red.
DIFFERENCE = """async ([a, b]) => {
  const pixels = async (data) => {
    const image = await createImageBitmap(await (await fetch('data:image/png;base64,' + data)).blob());
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    return context.getImageData(0, 0, image.width, image.height);
  };
  const [one, two] = [await pixels(a), await pixels(b)];
  if (one.width !== two.width || one.height !== two.height) return [1, ''];
  let differing = 0;
  for (let i = 0; i < one.data.length; i += 4) {
    const differs = [0, 1, 2].some((k) => Math.abs(one.data[i + k] - two.data[i + k]) > 32);
    if (differs) differing++;
    const shown = differs ? [220, 0, 0] : [0, 1, 2].map((k) => 190 + one.data[i + k] / 4);
    shown.forEach((value, k) => (one.data[i + k] = value));
  }
  const canvas = new OffscreenCanvas(one.width, one.height);
  canvas.getContext('2d').putImageData(one, 0, 0);
  const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
  const text = [...bytes].map((byte) => String.fromCharCode(byte)).join('');
  return [differing / (one.width * one.height), btoa(text)];
}"""  # noqa: E501
# By the page's own timers: those that were due before have had their turn by then, however busy the
# machine is, and what they asked to be painted is painted.
RESTED = """(ms) => new Promise((done) => setTimeout(() => {
  requestAnimationFrame(() => requestAnimationFrame(() => done()));
}, ms))"""
THRESHOLD = 0.005
# Pictures of canvases are compressed with loss, which shows at sharp edges.
THRESHOLDS = {"chart on canvas": 0.015}


@pytest.mark.parametrize("name", PAGES)
def test_the_replay_looks_as_the_page_did(
    up: Up, browser: Browser, pictures: Path, name: str
) -> None:
    addresses = up.addresses
    init = (
        f"endpoint: '{addresses['otlp_http']}', serviceName: 'pixels', recordCanvas: 4,"
        " privacy: 'open'"
    )
    sdk = f'<script src="{addresses["ui"]}/sdk/otel.js"></script>'
    sdk += f"<script>otelReplay.init({{ {init} }})</script>"
    html = HEAD.format(title=name, sdk=sdk, body=PAGES[name])
    visiting = browser.new_context(viewport=SIZE)
    with site({"/": html, "/frameworks.js": bundle("frameworks")}) as origin:
        visitor = visiting.new_page()
        visitor.goto(origin)
        wait_for("the session", lambda: visitor.evaluate("() => otelReplay.getSessionId()"))
        visitor.evaluate("() => window.act()")
        visitor.evaluate(RESTED, 600)
        live = visitor.screenshot()
        session_id = leave(up, visitor)
    visiting.close()
    watching = browser.new_context(viewport={"width": 1400, "height": 900})
    viewer = watching.new_page()
    show(viewer, up, session_id)
    assert viewer.evaluate(ALONE) == [SIZE["width"], SIZE["height"]]
    viewer.evaluate(RESTED, 300)
    replayed = viewer.screenshot(clip={"x": 0, "y": 0, "width": 900, "height": 650})
    plain = watching.new_page()
    both = [base64.b64encode(picture).decode() for picture in (live, replayed)]
    share, differences = plain.evaluate(DIFFERENCE, both)
    watching.close()
    kept = {"live": live, "replay": replayed, "difference": base64.b64decode(differences)}
    for kind, picture in kept.items():
        (pictures / f"fidelity {name} {kind}.png").write_bytes(picture)
    assert share <= THRESHOLDS.get(name, THRESHOLD)
