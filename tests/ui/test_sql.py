"""The SQL page, over the real API and a known world."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from otel_replay.storage.blobs.file import FileBlobStore
from otel_replay.storage.clickhouse import Database
from otel_replay_ui.api import Backend, blueprint
from otel_replay_ui.app import create_app
from otel_replay_ui.server import WsgiServer
from tests.support.database import temporary_database
from tests.support.known import ADA, PAID, fill
from tests.support.process import wait_for
from tests.support.sessions import World
from tests.ui.test_accessible import AXE, RUN

pytestmark = pytest.mark.e2e
LONG = "SELECT count() FROM numbers(1000000000000) WHERE cityHash64(number) = 1"


@pytest.fixture(scope="module")
def database(engine_path: Path) -> Iterator[Database]:
    with temporary_database(engine_path) as database:
        yield database


@pytest.fixture(scope="module")
def site(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    blobs = FileBlobStore(tmp_path_factory.mktemp("blobs"))
    fill(World(database, blobs))
    app = create_app(blueprint(Backend(database, blobs)))
    server = WsgiServer(app, "127.0.0.1", 0, name="the UI", flag="--ui")
    server.start()
    yield f"http://127.0.0.1:{server.port}"
    server.stop()


def run(page: Page, site: str, statement: str) -> None:
    page.goto(f"{site}/sql")
    write(page, statement)
    page.get_by_role("button", name="Run", exact=True).click()


def write(page: Page, statement: str) -> None:
    editor = page.get_by_role("textbox", name="Statement", exact=True)
    editor.click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(statement)


def test_a_result_is_a_table_whose_ids_lead_to_replay_and_trace(viewer: Page, site: str) -> None:
    statement = f"SELECT SessionId, TraceId, DurationMs FROM requests WHERE SessionId = '{ADA}'"
    run(viewer, site, statement)
    table = viewer.get_by_role("table")
    expect(table.get_by_role("columnheader")).to_have_text(["SessionId", "TraceId", "DurationMs"])
    expect(table.get_by_role("cell")).to_have_text([ADA, PAID, "900"])
    expect(table.get_by_role("link", name=ADA)).to_have_attribute("href", f"/sessions/{ADA}")
    expect(table.get_by_role("link", name=PAID)).to_have_attribute("href", f"/traces/{PAID}")
    expect(viewer.get_by_test_id("sql-summary")).to_contain_text("1 row")


def test_of_a_long_result_only_rows_in_sight_are_in_the_page(viewer: Page, site: str) -> None:
    run(viewer, site, "SELECT number AS n FROM numbers(100000)")
    expect(viewer.get_by_test_id("sql-summary")).to_contain_text("100,000 rows")
    assert viewer.get_by_role("table").get_by_role("row").count() < 100
    viewer.get_by_role("region", name="Result", exact=True).evaluate(
        "(grid) => grid.scrollTo(0, grid.scrollHeight)"
    )
    expect(viewer.get_by_role("cell", name="99999")).to_be_visible()


def test_tables_columns_and_attribute_keys_are_completed(viewer: Page, site: str) -> None:
    # Nothing tells when the keys of attributes are there, but that nothing is asked for any more.
    viewer.goto(f"{site}/sql", wait_until="networkidle")
    expect(viewer.get_by_text("page_views", exact=True)).to_be_visible()
    editor = viewer.get_by_role("textbox", name="Statement", exact=True)
    for typed, offered in (
        ("SELECT * FROM web_vit", "web_vitals"),
        ("SELECT UserEm", "UserEmail"),
        ("SELECT Attributes['browser.element", "browser.element.text"),
    ):
        write(viewer, typed[:-1])
        editor.press_sequentially(typed[-1])
        option = viewer.get_by_role("option").filter(has_text=offered).first
        expect(option).to_be_visible()
        viewer.keyboard.press("Escape")


def test_a_statement_that_would_write_is_refused_with_a_reason(viewer: Page, site: str) -> None:
    run(viewer, site, "DROP TABLE sessions")
    expect(viewer.get_by_role("alert")).to_contain_text("only SELECT")


def test_a_result_becomes_a_chart(viewer: Page, site: str) -> None:
    run(viewer, site, "SELECT Path, count() AS views FROM page_views GROUP BY Path ORDER BY Path")
    viewer.get_by_role("button", name="Chart").click()
    chart = viewer.get_by_role("img", name="views by name")
    expect(chart).to_be_visible()
    expect(chart.locator("rect")).to_have_count(4)


def test_a_result_is_downloaded(viewer: Page, site: str) -> None:
    run(viewer, site, "SELECT Path FROM page_views WHERE Path = '/help'")
    expect(viewer.get_by_test_id("sql-summary")).to_contain_text("1 row")
    with viewer.expect_download() as waiting:
        viewer.get_by_label("Download the result").select_option("csv")
    assert waiting.value.path().read_text() == '"Path"\n"/help"\n'


def test_a_saved_statement_is_there_after_a_reload(viewer: Page, site: str) -> None:
    run(viewer, site, "SELECT 'mine' AS mine")
    viewer.get_by_label("Name to save the statement by").fill("My own")
    viewer.get_by_role("button", name="Save").click()
    viewer.goto(f"{site}/sql?q=SELECT 1")
    viewer.get_by_role("button", name="My own", exact=True).click()
    expect(viewer.get_by_role("cell", name="mine")).to_be_visible()
    viewer.get_by_role("button", name="Remove My own").click()
    expect(viewer.get_by_role("button", name="My own", exact=True)).to_have_count(0)


def test_cancel_ends_the_statement_in_the_database(
    viewer: Page, site: str, database: Database
) -> None:
    def running() -> int:
        rows = database.query(
            "SELECT count() AS n FROM system.processes WHERE startsWith(query, '/* ')"
            " AND query LIKE '%numbers(1000000000000)%'"
        )
        return int(rows[0]["n"])

    run(viewer, site, LONG)
    wait_for("the statement to run", running)
    viewer.get_by_role("button", name="Cancel").click()
    expect(viewer.get_by_test_id("sql-summary")).to_have_text("Cancelled.")
    wait_for("the statement to be ended", lambda: running() == 0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(viewer: Page, site: str, theme: Literal["light", "dark"]) -> None:
    viewer.emulate_media(color_scheme=theme, reduced_motion="reduce")
    run(viewer, site, f"SELECT Path, SessionId, Value FROM web_vitals WHERE SessionId = '{ADA}'")
    expect(viewer.get_by_role("cell").first).to_be_visible()
    viewer.evaluate(AXE.read_text())
    assert viewer.evaluate(RUN) == []
    viewer.get_by_role("button", name="Chart").click()
    expect(viewer.locator(".sql-chart svg")).to_be_visible()
    assert viewer.evaluate(RUN) == []


def test_another_site_cannot_ask_through_the_viewers_browser(viewer: Page, site: str) -> None:
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = viewer.request.post(
            f"{site}/api/v1/sql", headers={"Content-Type": content_type}, data='{"statement": "S"}'
        )
        assert answer.status == 415
