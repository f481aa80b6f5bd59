"""``GET /metrics``: the figures of the process, for Prometheus."""

from __future__ import annotations

import flask

from otel_replay.exposition import exposition
from otel_replay.instruments import Instruments


def blueprint(instruments: Instruments) -> flask.Blueprint:
    """Return the view."""
    views = flask.Blueprint("metrics", __name__)

    @views.get("/metrics")
    def metrics() -> flask.Response:
        content_type, data = exposition(instruments, flask.request.headers.get("Accept", ""))
        return flask.Response(data, content_type=content_type)

    return views
