"""The pages: shells whose scripts fetch their data from the API."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import flask
from werkzeug.wrappers import Response


def blueprint(receiver_url: Callable[[], str]) -> flask.Blueprint:
    """Return the blueprint; ``receiver_url`` answers where browsers send to, or ``""``."""
    pages = flask.Blueprint("pages", __name__)

    @pages.get("/")
    def home() -> Response:
        """The list of sessions is where everyone starts."""
        return flask.redirect(flask.url_for("pages.sessions"))

    @pages.get("/sessions")
    def sessions() -> str:
        """The list of sessions."""
        return flask.render_template(
            "page.html", page="sessions", title="Sessions", receiver=receiver_url()
        )

    @pages.get("/sessions/<session_id>")
    def session(session_id: str) -> str:
        """One session; ``?t=`` is the moment, in ms from its start."""
        path = f"/sessions/{quote(session_id, safe='')}"
        return flask.render_template(
            "page.html",
            page="session",
            title="Session",
            ident=session_id,
            early=_early(f"{path}/manifest", path),
        )

    @pages.get("/status")
    def status() -> str:
        """What comes in, what is refused, what is stored."""
        return flask.render_template(
            "page.html", page="status", title="Status", receiver=receiver_url()
        )

    @pages.get("/sql")
    def sql() -> str:
        """Questions in SQL; ``?q=`` is a statement to begin with."""
        return flask.render_template("page.html", page="sql", title="SQL")

    @pages.get("/traces/<trace_id>")
    def trace(trace_id: str) -> str:
        """One distributed trace and what the user saw meanwhile."""
        early = _early(f"/traces/{quote(trace_id, safe='')}")
        return flask.render_template(
            "page.html", page="trace", title="Trace", ident=trace_id, early=early
        )

    return pages


def _early(*paths: str) -> list[str]:
    """Addresses of the API that the page's script asks for first of all.

    The browser asks for them beside the script instead of after it: a long session's manifest
    takes the server longer than all files of the page take to load.
    """
    return [f"{flask.request.script_root}/api/v1{path}" for path in paths]
