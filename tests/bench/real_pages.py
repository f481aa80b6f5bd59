"""Recordings of real pages: other people's sites from npm, used in a real Chromium by a script.

A dashboard of twelve pages, an API explorer, a slide show and a data grid of 5,000 rows. The visits
go on in real time, so that bytes per minute mean something.
"""

from __future__ import annotations

import itertools
import json
import random
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Locator, Page

from tests.bench.chromium import chromium
from tests.sdk.shop import Record, Shop, shop
from tools.paths import WORK

_PACKAGES: Final = (
    "startbootstrap-sb-admin-2@4.1.4",
    "swagger-ui-dist@5.35.0",
    "reveal.js@5.2.1",
    "tabulator-tables@6.5.3",
)
_FOLDER: Final = WORK / "bench-pages"
_PARTS: Final = (".html", ".css", ".js", ".json", ".svg", ".png", ".woff2", ".woff", ".ttf")
_VIEWPORT: Final = {"width": 1280, "height": 800}


@dataclass(frozen=True)
class SentChunk:
    """A chunk as the SDK sent it: a JSON array of rrweb events, encoded. Times in ms."""

    seq: int
    start_ms: int
    end_ms: int
    events: int
    checkpoint: bool
    encoding: str
    """``gzip`` or ``identity``."""
    size_bytes: int
    payload: bytes


@dataclass(frozen=True)
class Recording:
    """One visit to a site: chunks by tab, in order; each page load is a tab."""

    site: str
    session_id: str
    tabs: Mapping[str, list[SentChunk]]

    @property
    def minutes(self) -> float:
        """From the first event to the last."""
        chunks = [chunk for tab in self.tabs.values() for chunk in tab]
        first, last = min(c.start_ms for c in chunks), max(c.end_ms for c in chunks)
        return (last - first) / 60_000


Visit = Callable[[Page, random.Random], None]


def record_all(seconds_each: float = 30) -> list[Recording]:
    """Visits every site for about that long. Needs npm and a Chromium."""
    _install()
    recordings = []
    with chromium() as browser:
        for number, (site, (files, visit)) in enumerate(_sites().items()):
            with _serving(files) as world, _page(browser) as page:
                page.goto(f"{world.origin}/index.html")
                chance = random.Random(number)
                began = page.evaluate("performance.timeOrigin")
                while page.evaluate("Date.now()") - began < seconds_each * 1000:
                    visit(page, chance)
                page.goto("about:blank")
                page.wait_for_timeout(1_000)
            recordings.append(_recording(site, world))
    return recordings


def _recording(site: str, world: Shop) -> Recording:
    tabs = world.chunks()
    (session_id,) = {session_id for session_id, _ in tabs}
    return Recording(
        site,
        session_id,
        {tab: [_sent(chunks[seq]) for seq in sorted(chunks)] for (_, tab), chunks in tabs.items()},
    )


def _sent(chunk: Record) -> SentChunk:
    def told(name: str) -> Any:
        return chunk.attributes[f"session.replay.{name}"]

    return SentChunk(
        seq=told("seq"),
        start_ms=told("start"),
        end_ms=told("end"),
        events=told("events"),
        checkpoint=told("checkpoint"),
        encoding=told("encoding"),
        size_bytes=told("size"),
        payload=chunk.body,
    )


def _install() -> None:
    """Brings the sites from npm, once; they are not part of the product, nor of its tests."""
    if all((_package(name) / "package.json").exists() for name in _PACKAGES):
        return
    _FOLDER.mkdir(parents=True, exist_ok=True)
    (_FOLDER / "package.json").write_text("{}")
    install = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", *_PACKAGES]
    subprocess.run(install, cwd=_FOLDER, timeout=300, check=True, capture_output=True)


def _package(name: str) -> Path:
    return _FOLDER / "node_modules" / name.rpartition("@")[0]


def _sites() -> dict[str, tuple[dict[str, bytes], Visit]]:
    dashboard, explorer, slides, grid = (_files(_package(name)) for name in _PACKAGES)
    explorer["/openapi.json"] = json.dumps(_api()).encode()
    explorer["/swagger-initializer.js"] = _EXPLORER.encode()
    slides["/index.html"] = slides["/demo.html"]
    grid["/index.html"] = _GRID.encode()
    return {
        "dashboard": (dashboard, _use_dashboard),
        "API explorer": (explorer, _use_explorer),
        "slides": (slides, _use_slides),
        "data grid": (grid, _use_grid),
    }


def _files(folder: Path) -> dict[str, bytes]:
    return {
        f"/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in folder.rglob("*")
        if path.suffix in _PARTS and path.is_file()
    }


@contextmanager
def _serving(files: Mapping[str, bytes]) -> Iterator[Shop]:
    """The site, each of its pages with the SDK's tag first in its head."""
    pages = {
        path: text.decode().replace("<head>", "<head>SDK", 1)
        for path, text in files.items()
        if path.endswith(".html")
    }
    pages = {path: text for path, text in pages.items() if text.count("SDK") == 1}
    others = {path: data for path, data in files.items() if path not in pages}
    with shop(pages, files=others) as world:
        yield world


@contextmanager
def _page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=_VIEWPORT)  # type: ignore[arg-type]
    # Fonts and pictures from elsewhere cannot be had, and need not be waited for.
    context.route(lambda url: not url.startswith("http://127.0.0.1"), lambda route: route.abort())
    yield context.new_page()
    context.close()


def _look_around(page: Page, chance: random.Random) -> None:
    """Moves the pointer, scrolls, and pauses as a person who reads does."""
    for _ in range(chance.randint(1, 3)):
        page.mouse.move(chance.randint(50, 1230), chance.randint(80, 780), steps=15)
        page.wait_for_timeout(chance.randint(100, 400))
    page.mouse.wheel(0, chance.choice((-300, 250, 500)))
    page.wait_for_timeout(chance.randint(200, 900))


def _click_one(page: Page, choice: Locator, chance: random.Random) -> None:
    visible = [one for one in choice.all() if one.is_visible()]
    if visible:
        chance.choice(visible).click(force=True, no_wait_after=True, timeout=2_000)
        page.wait_for_timeout(400)


def _use_dashboard(page: Page, chance: random.Random) -> None:
    _look_around(page, chance)
    if page.url.endswith("tables.html"):
        page.locator("#dataTable_filter input").first.press_sequentially("an", delay=120)
        _click_one(page, page.locator(".paginate_button, th.sorting"), chance)
    _click_one(page, page.locator(".dropdown-toggle, #sidebarToggle, .collapse-item"), chance)
    _look_around(page, chance)
    following = chance.choice(("index", "tables", "cards", "buttons", "register", "charts"))
    page.goto(f"{page.url.rpartition('/')[0]}/{following}.html")


def _use_explorer(page: Page, chance: random.Random) -> None:
    page.wait_for_selector(".opblock")
    _look_around(page, chance)
    _click_one(page, page.locator(".opblock-summary-control"), chance)
    _click_one(page, page.locator(".try-out__btn, .model-box-control, .execute"), chance)
    inputs = [one for one in page.locator(".parameters input").all() if one.is_visible()]
    if inputs:
        inputs[0].press_sequentially("4711", delay=120)


def _use_slides(page: Page, chance: random.Random) -> None:
    page.keyboard.press(chance.choice(("ArrowRight", "ArrowRight", "ArrowDown", "Space")))
    page.wait_for_timeout(chance.randint(900, 2_500))


def _use_grid(page: Page, chance: random.Random) -> None:
    page.wait_for_selector(".tabulator-row")
    page.mouse.move(600, 400, steps=10)
    for _ in range(chance.randint(2, 6)):
        page.mouse.wheel(0, chance.randint(200, 900))
        page.wait_for_timeout(150)
    _click_one(page, page.locator(".tabulator-col-sorter, .tabulator-row"), chance)
    if chance.random() < 0.3:
        page.locator("input").first.fill("")
        page.locator("input").first.press_sequentially(chance.choice("aeiou"), delay=120)
    _look_around(page, chance)


def _api() -> dict[str, Any]:
    """A description of an interface with 60 operations over 12 kinds of things."""
    things = "order basket person address payment parcel product price stock coupon review return"
    schemas: dict[str, Any] = {
        thing: {
            "type": "object",
            "properties": {f"{thing}_{field}": {"type": "string"} for field in "abcdefgh"},
        }
        for thing in things.split()
    }
    kinds = (("get", ""), ("post", ""), ("get", "/{id}"), ("put", "/{id}"), ("delete", "/{id}"))
    paths: dict[str, Any] = {}
    for thing, (method, end) in itertools.product(things.split(), kinds):
        of_one = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
        content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{thing}"}}}
        paths.setdefault(f"/{thing}s{end}", {})[method] = {
            "tags": [thing],
            "summary": f"{method} a {thing}",
            "parameters": [of_one] if end else [],
            "responses": {"200": {"description": f"the {thing}", "content": content}},
        }
    return {
        "openapi": "3.0.3",
        "info": {"title": "Shop", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas},
    }


_EXPLORER: Final = """window.onload = () => {
  const presets = [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset];
  const layout = 'StandaloneLayout';
  SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui', presets, layout });
};"""

_GRID: Final = """<!doctype html><html><head><title>Orders</title>
<link rel="stylesheet" href="/dist/css/tabulator_bootstrap5.min.css">
<script src="/dist/js/tabulator.min.js"></script></head><body><h1>Orders</h1><input placeholder="Find">
<div id="grid"></div><script>
const names = ['Ada', 'Grace', 'Edsger', 'Barbara', 'Tony', 'Leslie', 'Frances', 'Ken'];
const towns = ['London', 'Arlington', 'Nuenen', 'Boston', 'Oxford', 'Seattle', 'Peru', 'New Orleans'];
const rows = Array.from({ length: 5000 }, (_, id) => ({ id, name: names[(id * 7) % 8], town: towns[(id * 3) % 8],
  total: ((id * 7919) % 100000) / 100, state: ['open', 'paid', 'sent'][id % 3], progress: (id * 31) % 100 }));
const grid = new Tabulator('#grid', { data: rows, height: 560, layout: 'fitColumns', columns: [
  { title: 'Id', field: 'id' }, { title: 'Name', field: 'name' }, { title: 'Town', field: 'town' },
  { title: 'Total', field: 'total', formatter: 'money' }, { title: 'State', field: 'state' },
  { title: 'Progress', field: 'progress', formatter: 'progress' }] });
document.querySelector('input').addEventListener('input', (event) => grid.setFilter('name', 'like', event.target.value));
</script></body></html>"""  # noqa: E501
