"""Build the UI's Flask application: pages, static files, the SDK file, health and the API."""

from __future__ import annotations

from collections.abc import Callable

import flask

from otel_replay.instruments import Instruments
from otel_replay_ui.views import assets, errors, headers, health, metrics, pages, sdk, static

ReadyCheck = Callable[[], list[str]]
"""Answers the problems that keep the program from serving; an empty list means ready."""


def always_ready() -> list[str]:
    """The check of an application that depends on nothing else."""
    return []


def unknown_receiver() -> str:
    """The answer of a UI that runs apart from the receiver: the pages then assume its own host."""
    return ""


def create_app(
    api: flask.Blueprint | None = None,
    *,
    ready: ReadyCheck = always_ready,
    receiver_url: Callable[[], str] = unknown_receiver,
    instruments: Instruments | None = None,
) -> flask.Flask:
    """Return the application.

    ``api`` is the blueprint that answers under ``/api/v1``; without one the pages load and say
    that their data cannot be had. ``ready`` is asked on each ``GET /healthz``,
    ``receiver_url`` for the address that browsers send to, which the first page shows.
    ``instruments`` has the figures for ``GET /metrics``; None where another answers it.
    """
    app = flask.Flask(__name__)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    assets.init_app(app)
    static.init_app(app)
    headers.init_app(app)
    errors.init_app(app)
    app.register_blueprint(pages.blueprint(receiver_url))
    app.register_blueprint(sdk.blueprint)
    app.register_blueprint(health.blueprint(ready))
    if instruments is not None:
        app.register_blueprint(metrics.blueprint(instruments))
    if api is not None:
        app.register_blueprint(api)
    return app
