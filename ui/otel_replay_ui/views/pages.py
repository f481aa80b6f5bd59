"""The pages: shells whose scripts fetch their data from the API."""

from __future__ import annotations

import flask
from werkzeug.wrappers import Response

blueprint = flask.Blueprint("pages", __name__)


@blueprint.get("/")
def home() -> Response:
    """The list of sessions is where everyone starts."""
    return flask.redirect(flask.url_for("pages.sessions"))


@blueprint.get("/sessions")
def sessions() -> str:
    """The list of sessions."""
    return flask.render_template("page.html", page="sessions", title="Sessions")


@blueprint.get("/sessions/<session_id>")
def session(session_id: str) -> str:
    """One session; ``?t=`` is the moment, in ms from its start."""
    return flask.render_template("page.html", page="session", title="Session", ident=session_id)


@blueprint.get("/traces/<trace_id>")
def trace(trace_id: str) -> str:
    """One distributed trace and what the user saw meanwhile."""
    return flask.render_template("page.html", page="trace", title="Trace", ident=trace_id)
