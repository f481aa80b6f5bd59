"""The panels beside the replay: lists in step with the playhead, and all about a chosen row."""

from __future__ import annotations

import re
import subprocess
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.process import wait_for
from tests.ui.conftest import Open
from tests.ui.rich import ANSWER, BODY, rich, state_row
from tests.ui.worlds import SHOP_ID, Json, Session, World, event_row, session_row

pytestmark = pytest.mark.e2e

SESSION = f"/sessions/{SHOP_ID}"
FAILED_REQUEST = "[data-testid=request-row][data-status='502']"


@pytest.fixture
def world() -> World:
    """The shop's visit with all that panels can show; a test may change it."""
    return World([rich()])


def panel(page: Page, name: str) -> Locator:
    return page.get_by_test_id(f"panel-{name}")


def choose(page: Page, selector: str) -> Locator:
    """Clicks a row; returns its details."""
    page.locator(selector).first.click()
    return page.locator("[data-testid=detail]:visible")


def failing(world: World) -> Json:
    """The trace of the checkout that failed."""
    return next(each for each in world.sessions[0].traces.values() if each["error_count"])


def offsets(rows: Locator) -> list[float]:
    return [float(row.get_attribute("data-offset-ms") or "nan") for row in rows.all()]


# All lists


def test_the_row_of_the_moment_is_marked(visit: Open) -> None:
    page = visit(f"{SESSION}?panel=network")
    rows = page.get_by_test_id("request-row")
    third = offsets(rows)[2]
    page.evaluate("(t) => window.__player.seek(t)", third + 1)
    expect(rows.nth(2)).to_have_attribute("aria-current", "true")
    page.evaluate("(t) => window.__player.seek(t)", third - 1)
    expect(rows.nth(1)).to_have_attribute("aria-current", "true")


def test_a_row_leads_to_its_moment_and_shows_its_details(visit: Open) -> None:
    page = visit(SESSION)
    row = "[data-testid=event-row][data-kind=custom][data-name='session.note']"
    (offset,) = offsets(page.locator(row))
    details = choose(page, row)
    expect(details).to_contain_text("She expected the coupon to work.")
    expect(page.get_by_test_id("player-time")).to_have_attribute("data-ms", str(round(offset)))
    details.get_by_role("button", name="Close the details").click()
    expect(details).to_have_count(0)


def test_the_keyboard_goes_through_rows_and_details(visit: Open) -> None:
    page = visit(f"{SESSION}?panel=console")
    details = choose(page, "[data-testid=console-row]")
    page.keyboard.press("ArrowDown")
    expect(details).to_contain_text("cart restored")
    page.keyboard.press("Tab")
    expect(details.get_by_role("button", name="Close the details")).to_be_focused()
    page.keyboard.press("Escape")
    expect(details).to_have_count(0)
    expect(page.get_by_test_id("console-row").nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(details).to_contain_text("cart restored")


def test_search_looks_into_what_rows_do_not_show(visit: Open) -> None:
    page = visit(f"{SESSION}?panel=network")
    search = page.get_by_label("Search requests")
    search.fill("IT'S A GIFT")
    expect(page.get_by_test_id("request-row")).to_have_count(2)
    search.fill("nowhere to be found")
    expect(panel(page, "network")).to_contain_text("Nothing matches.")


def test_what_comes_in_keeps_the_chosen_row(visit: Open, world: World) -> None:
    session = world.sessions[0]
    session.row["state"] = "live"
    page = visit(f"{SESSION}?panel=console&t=0")
    details = choose(page, "[data-testid=console-row] >> text=cart restored")
    session.events.insert(0, event_row(session, "first", session.start_ms, "console", title="new"))
    session.version += 1
    expect(page.get_by_test_id("console-row")).to_have_count(5)
    expect(page.locator(".console-row.selected")).to_contain_text("cart restored")
    expect(details).to_contain_text("cart restored")


# Network


def test_a_request_shows_timing_headers_and_bodies(visit: Open) -> None:
    page = visit(f"{SESSION}?panel=network")
    details = choose(page, FAILED_REQUEST)
    expect(details.get_by_test_id("timing")).to_contain_text("Wait")
    expect(details).to_contain_text("x-shop-cart")
    expect(details.get_by_label("Request body", exact=True)).to_contain_text('"sku": "kettle"')
    expect(details.get_by_label("Response body", exact=True)).to_contain_text("no uses left")
    expect(details).to_contain_text(f"the first {len(ANSWER)} B of 2.5 kB")
    details.get_by_test_id("show-trace").click()
    expect(page.get_by_test_id("trace-beside").get_by_test_id("waterfall-span")).to_have_count(6)


def test_a_request_shows_at_once_what_the_services_did(visit: Open, world: World) -> None:
    page = visit(f"{SESSION}?panel=network")
    details = choose(page, FAILED_REQUEST)
    spans = details.get_by_test_id("waterfall-span")
    expect(spans).to_have_count(6)
    playhead = details.get_by_test_id("waterfall-playhead")
    expect(playhead).to_have_attribute("data-side", "within")
    trace = failing(world)
    page.evaluate("(t) => window.__player.seek(t)", trace["sessions"][0]["offset_ms"] - 1000)
    expect(playhead).to_have_attribute("data-side", "before")
    spans.filter(has_text="/reserve").click()
    expect(page.get_by_test_id("span-detail")).to_contain_text("CouponError")


def test_a_request_whose_trace_cannot_be_had_says_so(visit: Open, world: World) -> None:
    world.sessions[0].traces.clear()
    page = visit(f"{SESSION}?panel=network")
    embed = choose(page, FAILED_REQUEST).get_by_test_id("trace-embed")
    expect(embed).to_contain_text("The trace cannot be shown")


def test_failed_requests_can_be_put_first(visit: Open) -> None:
    page = visit(f"{SESSION}?panel=network&t=20000")
    rows = page.get_by_test_id("request-row")
    expect(rows.last).to_have_attribute("aria-current", "true")
    page.get_by_role("button", name="Failed first").click()
    expect(rows.first).to_have_attribute("data-status", "502")
    assert offsets(rows)[1:] == sorted(offsets(rows)[1:])
    expect(rows.first).to_have_attribute("aria-current", "true")


def test_the_bars_stand_where_the_requests_are(visit: Open) -> None:
    page = visit(f"{SESSION}?panel=network")
    rows = page.get_by_test_id("request-row")
    starts = offsets(rows)
    expected = (starts[2] - starts[0]) / (starts[3] - starts[0])

    def share() -> float:
        bars = [bar.bounding_box() for bar in page.locator(".track-bar").all()]
        lefts = [bar["x"] for bar in bars if bar]
        there = len(lefts) > 3 and lefts[3] > lefts[0]
        return (lefts[2] - lefts[0]) / (lefts[3] - lefts[0]) if there else -1

    # They are moved a few times a second at most.
    wait_for("the bars", lambda: share() == pytest.approx(expected, abs=0.03))


HOSTILE = "'; echo pwned; $(echo pwned) `echo pwned` !! \\\n\u001b[31m\u202e\"\u2028"


def test_a_copied_command_has_exactly_what_was_sent(visit: Open, world: World, page: Page) -> None:
    request = next(row for row in world.sessions[0].events if row["status"] == 502)
    address = f"https://shop.example/a?b=[1]&c={HOSTILE.encode().hex()}'"
    request["attributes"] |= {
        "url.full": address,
        "http.request.header.x-evil": HOSTILE.replace("\n", " "),
        "http.request.header.@/etc/passwd": "x",
        "http.request.body.content": HOSTILE,
    }
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit(f"{SESSION}?panel=network")
    choose(page, FAILED_REQUEST).get_by_test_id("copy-curl").click()
    expect(page.locator(".toast")).to_have_text("Command copied")
    command = page.evaluate("() => navigator.clipboard.readText()")
    assert "\u001b" not in command
    shell = "curl() { printf '%s\\0' \"$@\"; }\n" + command
    said = subprocess.run(["bash", "-c", shell], capture_output=True, check=True, text=True)
    evil = HOSTILE.replace("\n", " ").strip()
    assert said.stdout.split("\0")[:-1] == [
        *("--url", address, "--globoff"),
        *("--header", "content-type: application/json"),
        *("--header", "x-evil: " + evil),
        *("--header", "x-shop-cart: c-81"),
        *("--data-raw", HOSTILE),
    ]


def test_a_request_without_headers_says_why(visit: Open, world: World) -> None:
    for row in world.sessions[0].events:
        row["attributes"] = {
            name: value for name, value in row["attributes"].items() if "header" not in name
        }
    page = visit(f"{SESSION}?panel=network")
    details = choose(page, "[data-testid=request-row][data-status='200']")
    expect(details).to_contain_text("captureNetwork")
    assert BODY not in details.inner_text()


# Errors


def test_an_error_shows_what_is_in_it_and_what_caused_it(visit: Open) -> None:
    page = visit(f"{SESSION}?panel=errors")
    details = page.locator("[data-testid=detail]:visible")
    parts = details.locator(".cause-parts .cause-head")
    expect(parts).to_have_text(["TypeError: Failed to fetch", "Error: 404 /img/tray.webp"])
    expect(details.locator(".stack-chain > .cause > .cause-label")).to_have_text(["Caused by"])
    expect(details).to_contain_text("RangeError: no mirrors left")


def test_an_error_of_a_service_leads_to_its_trace(visit: Open) -> None:
    page = visit(f"{SESSION}?panel=errors")
    page.get_by_role("button", name="Services").click()
    expect(page.get_by_test_id("error-row")).to_have_count(1)
    details = choose(page, "[data-testid=error-row][data-kind=backend_error]")
    expect(details).to_contain_text("ZeroDivisionError: division by zero")
    details.get_by_test_id("show-trace").click()
    expect(page.get_by_test_id("span-detail")).to_contain_text("CouponError")


# State


def test_an_action_shows_what_it_changed_and_the_state_it_left(visit: Open) -> None:
    page = visit(f"{SESSION}?panel=state")
    expect(page.get_by_test_id("state-row").last).to_contain_text("error, coupon, cart.total")
    details = choose(page, "[data-testid=state-row] >> text=checkout/failed")
    lines = details.get_by_test_id("state-diff").locator("li")
    expect(lines).to_have_text(["+error502", "−couponBROKEN", "~cart.total39.9→44.9"])
    details.get_by_text("The whole state afterwards").click()
    whole = details.locator("details dl")
    expect(whole).to_contain_text("kettle")
    expect(whole.locator("dt")).to_have_text(
        ["cart.count", "cart.items.0.sku", "cart.total", "error", "user.name"]
    )


def test_a_report_that_was_cut_off_says_so(visit: Open, world: World) -> None:
    session = world.sessions[0]
    cut = state_row(session, "cut", 0.99, "huge", '{"a":"1","b":"2","c":"thr')
    session.events.append(cut)
    page = visit(f"{SESSION}?panel=state")
    details = choose(page, "[data-testid=state-row] >> text=huge")
    expect(details.get_by_test_id("state-diff").locator("li")).to_have_count(2)
    expect(details).to_contain_text("more changes than one event holds")


# Traces, logs, facts


def test_the_spans_of_the_moment_follow_the_playhead(visit: Open, world: World) -> None:
    trace = failing(world)
    start, length = trace["sessions"][0]["offset_ms"], trace["duration_ms"]
    page = visit(f"{SESSION}?panel=traces&t={start + length * 0.4:.0f}")
    page.get_by_role("button", name="Follow the playhead").click()
    now = page.locator("[data-testid=under-way-span].now")
    expect(page.get_by_test_id("under-way-head")).to_contain_text("5 spans under way at 0:18.6")
    expect(now).to_have_count(5)
    services = [each.get_attribute("data-service") for each in now.all()]
    assert services == ["shop-web", "checkout", "checkout", "inventory", "inventory"]
    page.evaluate("(t) => window.__player.seek(t)", start + length * 0.95)
    expect(now).to_have_count(1)
    expect(page.get_by_test_id("under-way-span")).to_have_count(6)
    page.evaluate("(t) => window.__player.seek(t)", start - 3000)
    expect(page.get_by_test_id("under-way-head")).to_contain_text("No span under way")
    page.get_by_label("How much before and after").select_option(label="± 10 s")
    page.get_by_test_id("under-way-span").last.click()
    expect(page.get_by_test_id("waterfall-span")).to_have_count(6)


def test_logs_of_the_services_are_read_once_they_are_wanted(visit: Open, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    visit(SESSION)
    assert not any("kind=log" in url for url in asked)
    page.get_by_test_id("tab-logs").click()
    rows = page.get_by_test_id("session-log-row")
    expect(rows).to_have_count(10)
    page.get_by_role("button", name="Errors", exact=True).click()
    expect(rows).to_have_count(1)
    details = choose(page, "[data-testid=session-log-row]")
    expect(details).to_contain_text("coupon BROKEN has no uses left")
    expect(details).to_contain_text("worker-3")
    details.get_by_test_id("show-trace").click()
    expect(page.get_by_test_id("waterfall-span")).to_have_count(6)


def test_logs_that_cannot_be_had_say_so_and_are_asked_for_again(visit: Open, page: Page) -> None:
    page.route("**/events?kind=log", lambda route: route.fulfill(status=500, body=""))
    visit(f"{SESSION}?panel=logs")
    expect(panel(page, "logs")).to_contain_text("The logs cannot be shown")
    page.unroute("**/events?kind=log")
    page.get_by_test_id("tab-info").click()
    page.get_by_test_id("tab-logs").click()
    expect(page.get_by_test_id("session-log-row")).to_have_count(10)


def _page_time(url: str, offset_ms: float, time_ms: float, visits: int = 1) -> Json:
    return {"url": url, "entered_ms": 0, "offset_ms": offset_ms, "visits": visits,
            "time_ms": time_ms}  # fmt: skip


def test_the_info_tells_pages_notes_releases_and_other_sessions(visit: Open, world: World) -> None:
    session = world.sessions[0]
    session.events[-1]["attributes"] |= {"user.id": "u-1815", "user.plan": "gold"}
    earlier = session_row("a" * 32, session.start_ms - 86_400_000, session.start_ms - 86_300_000)
    session.pages = [
        _page_time("https://shop.example/", 0, 9_000),
        _page_time("https://shop.example/checkout", 12_000, 8_000, visits=2),
    ]
    stranger = session_row("b" * 32, 0, 10, user={"id": "u-18", "name": "", "email": ""})
    world.sessions += [Session(earlier), Session(stranger)]
    page = visit(f"{SESSION}?panel=info")
    info = panel(page, "info")
    expect(info).to_contain_text("gold")
    expect(info).to_contain_text("0.9.0")
    others = page.get_by_test_id("other-sessions").get_by_role("link")
    expect(others).to_have_count(1)
    expect(others).to_have_attribute("href", f"/sessions/{'a' * 32}")
    pages = page.get_by_test_id("pages").get_by_role("listitem")
    expect(pages).to_have_text(
        [re.compile(r"/\s*entry.*9 s"), re.compile(r"/checkout\s*exit.*8 s · 2 visits")]
    )
    pages.nth(1).get_by_role("button").click()
    expect(page.get_by_test_id("player-time")).to_have_attribute("data-ms", "12000")
    page.get_by_test_id("notes").get_by_role("button").click()
    note = next(row for row in session.events if row["name"] == "session.note")
    moment = str(round(note["offset_ms"]))
    expect(page.get_by_test_id("player-time")).to_have_attribute("data-ms", moment)


def test_clocks_of_several_browsers_are_told_one_by_one(visit: Open, world: World) -> None:
    world.sessions[0].tab_clock_errors = {"4f8dec1b6a873f82": 60_000.0}
    page = visit(f"{SESSION}?panel=info")
    expect(panel(page, "info")).to_contain_text("1 min ahead of the server's")


def test_a_long_session_is_read_page_by_page(visit: Open, world: World) -> None:
    session = world.sessions[0]
    session.page_size = 700
    step = session.row["duration_ms"] / 2500
    session.events += [
        event_row(session, f"c{n}", session.start_ms + n * step, "console", title=f"line {n}")
        for n in range(2500)
    ]
    session.events.sort(key=lambda row: row["t_ms"])
    page = visit(f"{SESSION}?panel=console&t=0")
    expect(page.get_by_test_id("tab-console")).to_have_attribute("title", "2,504")
    page.get_by_label("Search the console").fill("line 2499")
    expect(page.get_by_test_id("console-row")).to_have_count(1)


ROWS_IN_SIGHT = """() => {
  const list = document.querySelector('[data-testid=panel-console] .row-list');
  const frame = list.getBoundingClientRect();
  return [...list.querySelectorAll('.list-row')]
    .map((row) => [row.getBoundingClientRect(), row])
    .filter(([box]) => box.bottom > frame.top && box.top < frame.bottom)
    .sort(([a], [b]) => a.top - b.top)
    .map(([, row]) => [Number(row.dataset.index), row.querySelector('.row-title').textContent]);
}"""


@pytest.mark.parametrize("top", [100, 30_000])
def test_rows_that_become_others_say_what_the_others_are(
    visit: Open, world: World, top: int
) -> None:
    """A short way and a jump."""
    session = world.sessions[0]
    session.events = [
        event_row(session, f"c{n}", session.start_ms + n, "console", title=f"line {n}",
                  severity="ERROR" if n % 3 else "INFO")
        for n in range(1500)
    ]  # fmt: skip
    page = visit(f"{SESSION}?panel=console&t=0")
    expect(page.get_by_test_id("tab-console")).to_have_attribute("title", "1,500")
    page.evaluate(f"() => document.querySelector('.panel-console .row-list').scrollTop = {top}")
    first = top // 28
    expect(page.locator(f"[data-testid=console-row][data-index='{first + 1}']")).to_be_visible()
    rows = page.evaluate(ROWS_IN_SIGHT)
    assert rows[0][0] == first
    assert [index for index, _ in rows] == list(range(first, first + len(rows)))
    assert [text for _, text in rows] == [f"line {index}" for index, _ in rows]
    for index, _ in rows:
        row = page.locator(f"[data-testid=console-row][data-index='{index}']")
        expect(row).to_have_class(re.compile("tone-danger" if index % 3 else "tone-plain"))


def test_the_session_is_a_click_away_from_sql(visit: Open) -> None:
    page = visit(SESSION)
    link = page.get_by_role("link", name="Open in SQL").get_attribute("href") or ""
    (statement,) = parse_qs(urlsplit(link).query)["q"]
    assert f"WHERE SessionId = '{SHOP_ID}'" in statement


def test_where_there_is_little_room_tabs_keep_their_numbers(visit: Open, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    visit(SESSION)
    for name in ("events", "network", "traces"):
        page.get_by_test_id(f"tab-{name}").scroll_into_view_if_needed()
        expect(page.get_by_test_id(f"tab-{name}").locator(".count")).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
