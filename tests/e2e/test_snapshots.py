"""Full snapshots of any size arrive and paint; damage to one part leaves the others playable."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.process import Up, wait_for
from tests.support.site import site

pytestmark = pytest.mark.e2e

PAGE = """<!doctype html><html><head><title>A page</title>
<script src="{ui}/sdk/otel.js" data-endpoint="{otlp}" data-service="big"></script>
</head><body><h1 id="top">{title}</h1><ul>{rows}</ul><p id="end">the end of {title}</p></body>
</html>"""


def page(up: Up, title: str, size: int) -> str:
    """A page of about `size` bytes that hardly compress."""
    source = random.Random(size)
    rows = "".join(f"<li>{source.randbytes(500).hex()}</li>" for _ in range(size // 1010))
    addresses = up.addresses
    return PAGE.format(ui=addresses["ui"], otlp=addresses["otlp_http"], title=title, rows=rows)


def record(up: Up, browser: Browser, html: str, *, clicks: int = 0) -> str:
    """Visits the page, waits until its snapshot has been stored, leaves; returns the session id."""
    context = browser.new_context()
    with site({"/": html}) as origin:
        visitor = context.new_page()
        visitor.goto(origin)
        session_id = str(visitor.evaluate("() => window.otelReplay.getSessionId()"))
        wait_for("the snapshot", lambda: checkpoints(up, session_id))
        for _ in range(clicks):
            visitor.click("#top")
        visitor.goto("about:blank")
        wait_for("the last chunk", lambda: manifest(up, session_id)["tabs"][0]["final"])
    context.close()
    return session_id


def manifest(up: Up, session_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = up.get(f"/api/v1/sessions/{session_id}/manifest")
    return answer


def checkpoints(up: Up, session_id: str) -> list[int]:
    known = up.sql(f"SELECT Seq FROM replay_chunks WHERE SessionId = '{session_id}' AND Checkpoint")
    return [row["Seq"] + 1 for row in known]


def open_session(viewer: Page, up: Up, session_id: str) -> None:
    viewer.goto(f"{up.addresses['ui']}/sessions/{session_id}?t=0")


@pytest.mark.parametrize("megabytes", [1, 5, 20])
def test_a_big_snapshot_arrives_and_paints(
    up: Up, browser: Browser, viewer: Page, megabytes: int
) -> None:
    title = f"{megabytes} MB"
    session_id = record(up, browser, page(up, title, megabytes << 20))
    chunks = manifest(up, session_id)["tabs"][0]["chunks"]
    assert chunks["size"][0] > megabytes << 20
    open_session(viewer, up, session_id)
    viewer.wait_for_function(
        "() => window.__player && window.__player.ready"
        " && window.__player.document()?.querySelector('#end')",
        timeout=60_000,
    )
    shown = viewer.evaluate(
        """() => {
          const d = window.__player.document();
          const end = d.querySelector('#end').getBoundingClientRect();
          return [d.querySelector('#end').textContent, d.querySelectorAll('li').length, end.height];
        }"""
    )
    assert shown[0] == f"the end of {title}"
    assert shown[1] == (megabytes << 20) // 1010
    assert shown[2] > 0


def test_a_damaged_part_is_named_and_the_rest_plays(up: Up, browser: Browser, viewer: Page) -> None:
    session_id = record(up, browser, page(up, "damaged", 20_000), clicks=3)
    rows = up.sql(
        "SELECT Seq, Blob, Offset, Length FROM replay_chunks FINAL"
        f" WHERE SessionId = '{session_id}' ORDER BY Seq"
    )
    assert len(rows) >= 2
    spoil(up.data / "blobs" / rows[1]["Blob"], rows[1]["Offset"])
    open_session(viewer, up, session_id)
    viewer.wait_for_function("() => window.__player && window.__player.ready")
    viewer.evaluate("() => window.__player.seek(1e9)")
    notice = viewer.get_by_test_id("damage-notice")
    expect(notice).to_be_visible()
    expect(notice).to_contain_text("1")
    assert "the end of damaged" in viewer.evaluate(
        "() => window.__player.document().body.textContent"
    )


def spoil(blob: Path, offset: int) -> None:
    with open(blob, "r+b") as file:
        file.seek(offset + 5)
        file.write(b"\xff\xff\xff\xff")
