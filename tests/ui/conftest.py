"""A world to look at, a server that shows it, and a page to look with."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page
from werkzeug.serving import make_server

from otel_replay_ui.app import create_app
from tests.support.process import PAGE_PATIENCE_MS
from tests.ui import fixture_api
from tests.ui.worlds import World, shop, strange_trace

Open = Callable[[str], Page]


@pytest.fixture
def world() -> World:
    """The shop's visit and a trace of nobody's; a test may change it."""
    return World([shop()], {"9" * 32: strange_trace()})


@pytest.fixture
def address(world: World) -> Iterator[str]:
    """Where the pages are, without a slash at the end."""
    app = create_app(fixture_api.blueprint(world))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page; what its scripts throw fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PAGE_PATIENCE_MS)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.extend(_fault(message)))
    yield page
    context.close()
    assert faults == []


def _fault(message: ConsoleMessage) -> list[str]:
    """Errors that our own code wrote; what a replayed page cannot load is not one."""
    expected = ("Failed to load resource", "Content Security Policy", "Blocked ", "sandboxed",
                "Refused to")  # fmt: skip
    ours = message.type == "error" and not any(text in message.text for text in expected)
    return [message.text] if ours else []


@pytest.fixture
def visit(page: Page, address: str) -> Open:
    """Open a path and, where there is a player, wait until it shows a picture and all of the
    session's events and traces are there: they are asked for after the picture."""

    def go(path: str) -> Page:
        page.goto(address + path)
        if path.startswith("/sessions/"):
            page.wait_for_function("() => window.__player?.ready")
        return page

    return go
