"""A shop whose pages and services send with an ingest key."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.process import Up, wait_for

pytestmark = pytest.mark.e2e


def test_the_demo_shop_sends_with_the_key_that_the_receiver_asks_for(
    browser: Browser, tmp_path: Path
) -> None:
    with Up(tmp_path / "data", "--demo", "--ingest-keys", "kettle-and-quay-1") as up:
        context = browser.new_context()
        page = context.new_page()
        page.goto(up.addresses["demo_shop"])
        session = wait_for("the SDK", lambda: page.evaluate("() => otelReplay.getSessionId()"))

        def recorded() -> bool:
            listed = up.get("/api/v1/sessions")["sessions"]
            return any(s["id"] == session and s["has_replay"] for s in listed)

        wait_for("the recording", recorded)
        services = "SELECT DISTINCT ServiceName FROM otel_traces WHERE ServiceName != 'shop-web'"
        wait_for("spans of the shop's service", lambda: up.sql(services))
        context.close()
