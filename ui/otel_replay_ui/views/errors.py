"""Turn exceptions into answers: JSON under /api, a page elsewhere."""

from __future__ import annotations

import logging

import flask
from werkzeug.exceptions import HTTPException, InternalServerError, NotFound, ServiceUnavailable

from otel_replay.errors import ConfigError, NotFoundError, OtelReplayError, RetryableError

log = logging.getLogger(__name__)

CODES = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 503: "unavailable"}

TITLES = {
    404: "There is nothing at this address",
    405: "This address does not take that method",
    503: "Not ready yet",
}


def init_app(app: flask.Flask) -> None:
    """Handle what no view handled."""
    app.register_error_handler(HTTPException, show)
    app.register_error_handler(OtelReplayError, show_own)
    app.register_error_handler(Exception, show_unexpected)


def show(error: HTTPException) -> flask.Response:
    """Answer an HTTP error in the form that the caller reads."""
    status = error.code or 500
    message = error.description or "The request could not be answered."
    if message == NotFound.description:
        message = "The link may have been cut off, or what it led to was never here."
    if flask.request.path.startswith("/api/"):
        code = CODES.get(status, "internal" if status >= 500 else "bad_request")
        response = flask.jsonify({"error": {"code": code, "message": message}})
    else:
        title = TITLES.get(status, "Something went wrong")
        page = flask.render_template("error.html", status=status, title=title, message=message)
        response = flask.make_response(page)
    response.status_code = status
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def show_own(error: OtelReplayError) -> flask.Response:
    """Answer an error that the project raised on purpose; its message is for people."""
    if isinstance(error, NotFoundError):
        return show(NotFound(str(error)))
    if isinstance(error, RetryableError):
        response = show(ServiceUnavailable(str(error)))
        response.headers["Retry-After"] = str(max(1, round(error.retry_after_s)))
        return response
    if isinstance(error, ConfigError):
        return show(InternalServerError(str(error)))
    return show_unexpected(error)


def show_unexpected(error: Exception) -> flask.Response:
    """Answer a fault of ours: the details go to the log, not to the caller."""
    log.error("%s %s failed", flask.request.method, flask.request.path, exc_info=error)
    return show(InternalServerError("The server met an unexpected fault; its log has the details."))
