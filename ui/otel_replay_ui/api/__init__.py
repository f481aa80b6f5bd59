"""The HTTP API: everything the pages show, as JSON under /api/v1 (docs/reference/http-api.md)."""

from __future__ import annotations

import flask

from otel_replay_ui.api import errors, replay, responses, sessions, status, traces
from otel_replay_ui.api.backend import Backend

__all__ = ["Backend", "blueprint"]


def blueprint(backend: Backend) -> flask.Blueprint:
    """The API over `backend`, to be registered with an application."""
    api = flask.Blueprint("api", __name__, url_prefix="/api/v1")
    sessions.add(api, backend)
    replay.add(api, backend)
    traces.add(api, backend)
    status.add(api, backend)
    errors.add(api)
    responses.add(api)
    return api
