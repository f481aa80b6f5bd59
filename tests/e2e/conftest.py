"""A running product with its demo shop, and people who visit and watch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.support.process import Up


@pytest.fixture(scope="session")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """``otel-replay up --demo`` on free ports."""
    with Up(tmp_path_factory.mktemp("up"), "--demo") as running:
        yield running


@pytest.fixture
def viewer(browser: Browser) -> Iterator[Page]:
    """The page of somebody who watches; script errors fail the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


@pytest.fixture
def pictures() -> Path:
    """Folder for screenshots, kept after the run."""
    folder = Path(__file__).parents[2] / "test-output"
    folder.mkdir(exist_ok=True)
    return folder
