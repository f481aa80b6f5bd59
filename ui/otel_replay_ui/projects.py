"""One application per project, behind one address: the default project's at the root."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware

PREFIX = "/projects"


def base_path(name: str, default: str) -> str:
    """The path that a project's pages and API lie under; empty for the default project."""
    return "" if name == default else f"{PREFIX}/{name}"


def mount(apps: Mapping[str, flask.Flask]) -> Any:
    """Joins applications, by project name with the default project first, into one.

    Each page learns the names and addresses of all projects, so that it can offer them.
    """
    default = next(iter(apps))
    links = [{"name": name, "base": base_path(name, default)} for name in apps]
    for name, app in apps.items():
        app.jinja_env.globals["project"] = {"name": name, "links": links}
    others: dict[str, Any] = {
        base_path(name, default): app for name, app in apps.items() if name != default
    }
    return DispatcherMiddleware(apps[default], others)
