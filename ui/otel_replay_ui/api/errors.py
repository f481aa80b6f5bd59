"""Every error of the API as JSON: ``{"error": {"code", "message"}}``."""

from __future__ import annotations

import logging
import math

import flask
from werkzeug.exceptions import HTTPException

from otel_replay.errors import ConfigError, InvalidDataError, NotFoundError, RetryableError
from otel_replay_ui.api.responses import json_response

log = logging.getLogger(__name__)

_CODES = {
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    500: "internal",
    503: "unavailable",
}


def add(api: flask.Blueprint) -> None:
    """Registers the handlers, and answers for paths and methods that do not exist."""
    api.register_error_handler(InvalidDataError, lambda exc: error(400, str(exc)))
    api.register_error_handler(NotFoundError, lambda exc: error(404, str(exc)))
    api.register_error_handler(RetryableError, _unavailable)
    # Credentials of S3 that expired, a bucket that is gone: whoever runs it can mend it.
    api.register_error_handler(ConfigError, lambda exc: error(503, str(exc)))
    api.register_error_handler(HTTPException, _http)
    api.register_error_handler(Exception, _unexpected)
    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    api.add_url_rule("/", "root", _unknown, methods=methods, defaults={"path": ""})
    api.add_url_rule("/<path:path>", "unknown", _unknown, methods=methods)


def error(status: int, message: str) -> flask.Response:
    """An error's response."""
    code = _CODES.get(status, "bad_request" if status < 500 else "internal")
    return json_response({"error": {"code": code, "message": message}}, status)


def _unknown(path: str) -> flask.Response:
    return error(404, f"there is nothing at /api/v1/{path}")


def _unavailable(exc: RetryableError) -> flask.Response:
    response = error(503, str(exc))
    response.headers["Retry-After"] = str(max(1, math.ceil(exc.retry_after_s)))
    return response


def _http(exc: HTTPException) -> flask.Response:
    response = error(exc.code or 500, exc.description or exc.name)
    if exc.code == 405 and (allowed := getattr(exc, "valid_methods", None)):
        response.headers["Allow"] = ", ".join(sorted(allowed))
    if exc.code == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _unexpected(exc: Exception) -> flask.Response:
    log.error("%s %s failed", flask.request.method, flask.request.path, exc_info=exc)
    return error(500, "something went wrong; the server's log says what")
