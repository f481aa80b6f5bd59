"""Visits to the demo shop, recorded as they happen: what tests/bench/sql.py multiplies."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import requests
from playwright.sync_api import Browser, Page

from tests.bench.chromium import chromium
from tests.support.process import Up, wait_for

TABLES = ("otel_logs", "otel_traces", "replay_chunks", "sessions")


@dataclass(frozen=True)
class Shop:
    """The shop as one visitor has it open."""

    page: Page
    base: str

    def goes(self, path: str) -> None:
        self.page.goto(self.base + path)

    def looks(self) -> None:
        """From the list to two products and back."""
        for path in ("/", "/products/kettle", "/", "/products/mug"):
            self.goes(path)
            self.page.mouse.wheel(0, 300)

    def adds(self) -> None:
        self.goes("/")
        for sku in ("grinder", "beans"):
            with self.page.expect_response(f"**/api/basket/{sku}"):
                self.page.click(f"[data-add={sku}]")

    def signs_in(self) -> None:
        self.goes("/account")
        with self.page.expect_navigation():
            self.page.click("[data-sign-in] >> nth=0")

    def asks(self) -> None:
        """For recommendations, which take two seconds."""
        with self.page.expect_response("**/api/recommendations"):
            self.goes("/recommendations")

    def breaks(self) -> None:
        """Meets an exception in the browser, three times with the same click."""
        self.goes("/products/kettle")
        for _ in range(3):
            self.page.click("[data-view-3d]")

    def orders(self, coupon: str = "") -> None:
        self.goes("/basket")
        self.page.click("#to-checkout")
        for field, text in (("name", "Ada"), ("email", "a@b.example"), ("address", "7 Quay")):
            self.page.fill(f"#{field}", text)
        if coupon:
            self.page.fill("#coupon", coupon)
        with self.page.expect_response("**/api/orders"):
            self.page.click("#place-order")
        if not coupon:
            self.page.wait_for_url("**/orders/*")

    def fails(self) -> None:
        """Orders with the coupon that breaks the other service."""
        self.orders("BROKEN")


Step = Callable[[Shop], None]
VISITS: tuple[tuple[Step, ...], ...] = (
    (Shop.looks, Shop.asks),
    (Shop.looks, Shop.adds),
    (Shop.signs_in, Shop.looks, Shop.adds, Shop.orders),
    (Shop.looks, Shop.breaks, Shop.looks),
    (Shop.signs_in, Shop.adds, Shop.fails),
    (Shop.looks, Shop.adds, Shop.asks, Shop.adds, Shop.orders),
    (Shop.signs_in, Shop.looks, Shop.looks, Shop.asks),
    (Shop.signs_in, Shop.breaks, Shop.adds, Shop.orders, Shop.looks),
)


def record(folder: Path) -> None:
    """Writes what the visits left in TABLES as Parquet files, and their times to visits.csv."""
    with Up(folder / "shop", "--demo") as up, chromium() as browser:
        rows = [_visit(up, browser, number, steps) for number, steps in enumerate(VISITS)]
        for name in TABLES:
            query = {"query": f"SELECT * FROM {name} FORMAT Parquet"}
            response = requests.get(up.addresses["sql"], params=query, timeout=60)
            response.raise_for_status()
            (folder / f"{name}.parquet").write_bytes(response.content)
    (folder / "visits.csv").write_text("".join(rows), encoding="utf-8")


def _visit(up: Up, browser: Browser, number: int, steps: tuple[Step, ...]) -> str:
    """Its number, session, and first and last ms since the epoch."""
    start = time.time_ns() // 1_000_000
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    shop = Shop(context.new_page(), up.addresses["demo_shop"])
    for step in steps:
        step(shop)
    session: str = shop.page.evaluate("() => window.otelReplay.getSessionId()")
    shop.page.goto("about:blank")
    wait_for("the visit to be stored", lambda: _is_stored(up, session), 60)
    context.close()
    end = time.time_ns() // 1_000_000
    return f"{number},{session},{start},{end}\n"


def _is_stored(up: Up, session: str) -> bool:
    """All tabs have sent their last, and the list shows the session with all its chunks."""
    rows = up.sql(
        "SELECT s.Chunks AS Chunks, c.stored AS stored, c.done AS done FROM sessions AS s"
        " CROSS JOIN (SELECT count() AS stored, countIf(Final) = uniq(Tab) AS done"
        f" FROM replay_chunks WHERE SessionId = '{session}') AS c WHERE s.SessionId = '{session}'"
    )
    return bool(rows) and bool(rows[0]["done"]) and rows[0]["Chunks"] == rows[0]["stored"]
