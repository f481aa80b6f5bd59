"""``GET /healthz``: is every part of the program ready?"""

from __future__ import annotations

from collections.abc import Callable

import flask


def blueprint(ready: Callable[[], list[str]]) -> flask.Blueprint:
    """Return the view; ``ready`` answers the problems, none when all is well."""
    views = flask.Blueprint("health", __name__)

    @views.get("/healthz")
    def healthz() -> tuple[dict[str, object], int]:
        problems = ready()
        if problems:
            return {"status": "unavailable", "problems": problems}, 503
        return {"status": "ok"}, 200

    return views
