"""Find the built scripts and styles of a page, by the manifest that the build wrote.

``static/dist/manifest.json`` maps the name of a page to its files, each named after its content:
``{"session": {"js": "session-AB12.js", "css": "app-CD34.css", "preload": ["chunk-EF56.js"]}}``.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import TypedDict

import flask

from otel_replay.errors import ConfigError

DIST = Path(__file__).parent.parent / "static" / "dist"


class Entry(TypedDict):
    """The files of one page, relative to ``static/dist``."""

    js: str
    css: str
    preload: list[str]


def init_app(app: flask.Flask) -> None:
    """Make ``assets('session')``, ``built_script('theme')`` and ``dist_url(file)`` known to the
    templates."""
    app.jinja_env.globals["assets"] = lambda page: load(DIST / "manifest.json")[page]
    app.jinja_env.globals["dist_url"] = dist_url
    app.jinja_env.globals["built_script"] = built_script


def dist_url(file: str) -> str:
    """The address of a built file."""
    return flask.url_for("static", filename=f"dist/{file}")


def built_script(page: str) -> str:
    """The script of a page, or ``""`` when nothing was built: for a page that must do without."""
    try:
        return load(DIST / "manifest.json")[page]["js"]
    except ConfigError:
        return ""


def load(manifest: Path) -> dict[str, Entry]:
    """Read the manifest, again only after a new build. Raises ConfigError when there is none."""
    try:
        changed_ns = manifest.stat().st_mtime_ns
    except FileNotFoundError:
        raise ConfigError(
            f"{manifest} does not exist: the UI's scripts have to be built first; "
            "run 'npm ci && npm run build' in ui/otel_replay_ui/web"
        ) from None
    return _parse(manifest, changed_ns)


@lru_cache(maxsize=1)
def _parse(manifest: Path, changed_ns: int) -> dict[str, Entry]:
    entries: dict[str, Entry] = json.loads(manifest.read_bytes())
    return entries
