"""Watching a session that is under way."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Response, expect

from tests.ui.conftest import Open
from tests.ui.test_replay import SESSION
from tests.ui.worlds import Part, Session, World, shop

pytestmark = pytest.mark.e2e


def _under_way(session: Session, parts: int = 2) -> list[Part]:
    """Leaves the last page's first parts; returns what is still to come."""
    last = list(session.tabs)[-1]
    rest = session.tabs[last][parts:]
    session.tabs[last] = session.tabs[last][:parts]
    session.row |= {"state": "live", "end_ms": session.tabs[last][-1].end}
    session.row["duration_ms"] = session.row["end_ms"] - session.start_ms
    return rest


def _goes_on(session: Session, parts: list[Part]) -> None:
    session.tabs[list(session.tabs)[-1]] += parts
    session.row["end_ms"] = parts[-1].end
    session.row["duration_ms"] = parts[-1].end - session.start_ms
    session.version += 1


def _ends(session: Session) -> None:
    session.row["state"] = "finished"
    session.version += 1


def test_it_is_joined_at_the_newest_and_followed(visit: Open, world: World) -> None:
    session = world.sessions[0]
    rest = _under_way(session)
    page = visit(SESSION)
    expect(page.get_by_text("Waiting for the user")).to_be_visible()
    newest = session.row["duration_ms"]
    assert page.evaluate("() => window.__player.currentTime()") >= newest - 2000
    _goes_on(session, rest[:1])
    page.wait_for_function(f"() => window.__player.currentTime() > {newest + 500}")


def test_one_can_go_back_and_return_to_the_newest(visit: Open, world: World) -> None:
    session = world.sessions[0]
    _under_way(session, 3)
    page = visit(SESSION)
    page.evaluate("() => window.__player.seek(3000)")
    expect(page.get_by_test_id("player-time")).to_have_attribute("data-ms", "3000")
    page.get_by_role("button", name="Live").click()
    newest = session.row["duration_ms"]
    page.wait_for_function(f"() => window.__player.currentTime() > {newest - 2000}")


def test_it_says_when_the_user_left(visit: Open, world: World) -> None:
    session = world.sessions[0]
    _under_way(session)
    session.left = True
    seconds = int(session.row["duration_ms"] // 1000)
    page = visit(SESSION)
    expect(page.get_by_text(f"The user left at 0:{seconds}")).to_be_visible()
    _ends(session)
    over = f"The session is over: the user left at 0:{seconds}"
    expect(page.get_by_text(over)).to_be_visible()
    expect(page.get_by_test_id("live-badge")).to_be_hidden()


def test_nothing_but_a_304_is_asked_for_while_nothing_changes(
    page: Page, address: str, world: World
) -> None:
    session = world.sessions[0]
    _under_way(session)
    answers: list[tuple[str, int]] = []

    def note(response: Response) -> None:
        if "/api/" in response.url:
            answers.append((response.url.split("?")[0].rsplit("/", 1)[-1], response.status))

    page.goto(address + SESSION)
    expect(page.get_by_text("Waiting for the user")).to_be_visible()
    # Manifests are asked for again once all the rest is there.
    with page.expect_response(lambda response: response.status == 304):
        pass
    page.on("response", note)
    for _ in range(3):
        with page.expect_response(lambda response: response.url.endswith("/manifest")):
            pass
    assert set(answers) == {("manifest", 304)}


WATCHED = """() => {
  let last = window.__player.currentTime(), lastAt = performance.now();
  window.skipped = 0;
  const look = () => {
    const t = window.__player.currentTime(), at = performance.now();
    // Who catches up goes on at twice the speed at most.
    window.skipped = Math.max(window.skipped, t - last - 2 * (at - lastAt));
    [last, lastAt] = [t, at];
    requestAnimationFrame(look);
  };
  look();
}"""


def test_who_follows_is_not_left_behind(visit: Open, world: World) -> None:
    session = world.sessions[0]
    rest = _under_way(session)
    page = visit(SESSION)
    expect(page.get_by_text("Waiting for the user")).to_be_visible()
    # Several parts at once, as after a pause of the network: the viewer is taken to the newest.
    newest, end = session.row["duration_ms"], shop().row["duration_ms"]
    page.evaluate(WATCHED)
    _goes_on(session, rest)
    page.wait_for_function(f"() => window.__player.currentTime() > {end - 1600}")
    assert page.evaluate("() => window.skipped") > (end - newest) / 2


def test_the_last_thing_is_shown_though_nothing_follows_it(visit: Open, world: World) -> None:
    """A part with one event ends at the moment at which it begins."""
    session = world.sessions[0]
    _under_way(session)
    page = visit(SESSION)
    expect(page.get_by_text("Waiting for the user")).to_be_visible()
    parts = session.tabs[list(session.tabs)[-1]]
    text = {"type": 3, "id": 900_001, "textContent": "just now"}
    add = {"parentId": _body_id(parts[0]), "nextId": None, "node": text}
    data = {"source": 0, "texts": [], "attributes": [], "removes": [], "adds": [add]}
    alone = {"type": 3, "timestamp": parts[-1].end + 60_000, "data": data}
    _goes_on(session, [Part(parts[-1].seq + 1, [alone])])
    frame = page.frame_locator("[data-testid=replay-frame] .surface:not(.behind) iframe")
    expect(frame.locator("body")).to_contain_text("just now")


def _body_id(part: Part) -> int:
    snapshot = next(event["data"]["node"] for event in part.events if event["type"] == 2)
    (html,) = (node for node in snapshot["childNodes"] if node.get("tagName") == "html")
    (body,) = (node for node in html["childNodes"] if node.get("tagName") == "body")
    return int(body["id"])


def test_of_what_happened_only_the_latest_is_read_again(visit: Open, world: World) -> None:
    session = world.sessions[0]
    rest = _under_way(session)
    page = visit(SESSION)
    expect(page.get_by_text("Waiting for the user")).to_be_visible()
    newest = max(event["t_ms"] for event in session.events if event["kind"] != "log")
    with page.expect_request(lambda request: "/events" in request.url) as asked:
        _goes_on(session, rest[:1])
    query = parse_qs(urlsplit(asked.value.url).query)
    assert float(query["from"][0]) == newest - 30_000
