"""The HTTP API: everything the pages show, as JSON under /api/v1 (docs/reference/http-api.md)."""

from __future__ import annotations

import flask

from otel_replay_ui.api import errors, jobs, replay, responses, sessions, sql, status, traces
from otel_replay_ui.api.backend import Backend
from otel_replay_ui.api.jobs import JobService

__all__ = ["Backend", "JobService", "blueprint"]


def blueprint(backend: Backend, service: JobService | None = None) -> flask.Blueprint:
    """The API over `backend`, to be registered with an application.

    `service` has the jobs that programs may ask for; without one they are switched off.
    """
    api = flask.Blueprint("api", __name__, url_prefix="/api/v1")
    sessions.add(api, backend)
    replay.add(api, backend)
    traces.add(api, backend)
    status.add(api, backend)
    sql.add(api, backend)
    jobs.add(api, backend, service or JobService())
    errors.add(api)
    responses.add(api)
    return api
