"""``POST /jobs/<name>``: runs a job for a program that has the token, and streams how it goes.

No page in a browser may do this, not even one of ours: a token is asked for in a header that pages
of other origins cannot send, browsers' own requests are refused besides, and there are no cookies.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NoReturn

import flask
import orjson
from werkzeug.exceptions import (
    Forbidden,
    MethodNotAllowed,
    RequestEntityTooLarge,
    Unauthorized,
    UnsupportedMediaType,
)

from otel_replay.errors import (
    InvalidDataError,
    NotFoundError,
    OtelReplayError,
    OverloadedError,
    RetryableError,
)
from otel_replay.jobs import Asked, Job, Jobs, job_named
from otel_replay_ui.api.backend import Backend
from otel_replay_ui.bearer import names_token

log = logging.getLogger(__name__)

MAX_BODY_BYTES = 64 * 1024
MAX_AT_ONCE = 4
BLANK_LINE_S = 10.0
"""A job that tells nothing for so long sends a blank line: a connection that is silent is cut by
what lies in between."""
_NDJSON = "application/x-ndjson"
_MARKS_OF_A_BROWSER = ("Origin", "Sec-Fetch-Site", "Sec-Fetch-Mode")
_DONE = object()


@dataclass(frozen=True)
class JobService:
    """The jobs of a process, and who may ask for them."""

    jobs: Jobs = field(default_factory=dict)
    tokens: tuple[str, ...] = ()
    """Any of them opens; with none nobody may."""
    _under_way: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(MAX_AT_ONCE)
    )

    def admits(self, authorization: str) -> bool:
        """Whether the header names one of the tokens."""
        return names_token(authorization, self.tokens)

    def run(self, job: Job, asked: Asked, lines: queue.SimpleQueue[Any]) -> None:
        """Runs a job to its end in a thread of its own, whether somebody still listens or not.

        Raises OverloadedError when too many are under way.
        """
        if not self._under_way.acquire(blocking=False):
            raise OverloadedError(f"{MAX_AT_ONCE} jobs are under way: try again later", 10)

        def work() -> None:
            try:
                lines.put(_outcome(job, asked))
            finally:
                self._under_way.release()
                lines.put(_DONE)

        threading.Thread(target=work, name="job", daemon=True).start()


def add(api: flask.Blueprint, backend: Backend, service: JobService) -> None:
    """Adds the route."""
    path = "/jobs/<name>"
    api.add_url_rule(path, "run_job", partial(run_job, backend, service), methods=["POST"])
    others = ["GET", "PUT", "PATCH", "DELETE"]
    api.add_url_rule(path, "run_job_other", _refuse, methods=others)


def run_job(backend: Backend, service: JobService, name: str) -> flask.Response:
    _check_sender(service)
    job = job_named(service.jobs, name)
    lines: queue.SimpleQueue[Any] = queue.SimpleQueue()
    asked = Asked(
        backend.database,
        backend.blobs,
        _parameters(),
        flask.request.headers.get("X-Asked-By", "api")[:128],
        lambda told: lines.put({"progress": told}),
    )
    service.run(job, asked, lines)
    return flask.Response(_streamed(lines), mimetype=_NDJSON)


def _check_sender(service: JobService) -> None:
    for header in _MARKS_OF_A_BROWSER:
        if header in flask.request.headers:
            raise Forbidden(f"header {header}: jobs are for programs, not for pages in a browser")
    if not service.tokens:
        raise Forbidden("jobs are switched off here: set OTEL_REPLAY_ADMIN_TOKEN")
    if not service.admits(flask.request.headers.get("Authorization", "")):
        raise Unauthorized("expected the header Authorization: Bearer TOKEN with the admin token")
    if flask.request.mimetype != "application/json":
        raise UnsupportedMediaType(
            f"content type {flask.request.mimetype!r}: expected application/json"
        )


def _parameters() -> Mapping[str, Any]:
    body = flask.request.stream.read(MAX_BODY_BYTES + 1)
    if len(body) > MAX_BODY_BYTES:
        raise RequestEntityTooLarge(f"the body has more than {MAX_BODY_BYTES} bytes")
    try:
        parameters = orjson.loads(body)
    except orjson.JSONDecodeError as exc:
        raise InvalidDataError(f"the body is not JSON: {exc}") from exc
    if not isinstance(parameters, dict):
        raise InvalidDataError("the body is no JSON object: expected the job's parameters")
    return parameters


def _outcome(job: Job, asked: Asked) -> dict[str, Any]:
    try:
        return {"report": job(asked)}
    except OtelReplayError as exc:
        return {"error": {"code": code_of(exc), "message": str(exc)}}
    except Exception:
        log.exception("a job failed")
        message = "something went wrong; the log of the process says what"
        return {"error": {"code": "internal", "message": message}}


def code_of(error: OtelReplayError) -> str:
    """The word for an error in an answer."""
    if isinstance(error, RetryableError):
        return "unavailable"
    if isinstance(error, NotFoundError):
        return "not_found"
    return "bad_request" if isinstance(error, InvalidDataError) else "failed"


def _streamed(lines: queue.SimpleQueue[Any]) -> Iterator[bytes]:
    while True:
        try:
            line = lines.get(timeout=BLANK_LINE_S)
        except queue.Empty:
            yield b"\n"
            continue
        if line is _DONE:
            return
        yield orjson.dumps(line) + b"\n"


def _refuse(name: str) -> NoReturn:
    raise MethodNotAllowed(["POST"], f"{flask.request.method} jobs/{name}: only POST is allowed")
