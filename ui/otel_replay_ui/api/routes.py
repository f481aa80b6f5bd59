"""Adds routes that answer GET, and say so to every other method."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NoReturn

import flask
from werkzeug.exceptions import MethodNotAllowed

from otel_replay_ui.api.backend import Backend

View = Callable[..., flask.Response]


def get(api: flask.Blueprint, path: str, view: View, backend: Backend) -> None:
    """Serves `view`, which takes the backend and the path's variables, at `path`.

    Without the second rule, the API's catch-all would answer 404 to a POST.
    """
    name = view.__name__
    api.add_url_rule(path, name, partial(view, backend), methods=["GET"])
    api.add_url_rule(path, f"{name}_other", _refuse, methods=["POST", "PUT", "PATCH", "DELETE"])


def _refuse(**_path: str) -> NoReturn:
    method, path = flask.request.method, flask.request.path
    raise MethodNotAllowed(["GET", "HEAD", "OPTIONS"], f"{method} {path}: only GET is allowed here")
