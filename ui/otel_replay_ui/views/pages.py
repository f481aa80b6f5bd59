"""The pages: shells whose scripts fetch their data from the API."""

from __future__ import annotations

from collections.abc import Callable

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
        return flask.render_template("page.html", page="session", title="Session", ident=session_id)

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
        return flask.render_template("page.html", page="trace", title="Trace", ident=trace_id)

    return pages
