"""The status of the project: what came in, what was refused, what is stored, what waits."""

from __future__ import annotations

import flask

from otel_replay.status.overview import Sources, overview
from otel_replay_ui.api import parameters, routes
from otel_replay_ui.api.backend import Backend
from otel_replay_ui.api.responses import json_response


def add(api: flask.Blueprint, backend: Backend) -> None:
    """Adds the route."""
    routes.get(api, "/status", show_status, backend)


def show_status(backend: Backend) -> flask.Response:
    parameters.only(())
    sources = Sources(
        backend.database,
        backend.project,
        backend.instruments,
        backend.problems,
        backend.retention,
    )
    return json_response(overview(sources, backend.clock()))
