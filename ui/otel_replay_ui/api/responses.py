"""Makes responses: JSON, compression, cache headers."""

from __future__ import annotations

import gzip
from typing import Any

import flask
import orjson

COMPRESSED_FROM_BYTES = 1024
_LEVEL = 4


def json_response(body: Any, status: int = 200) -> flask.Response:
    """A JSON response; `body` is anything orjson writes, or JSON already written as bytes."""
    data = body if isinstance(body, bytes) else orjson.dumps(body)
    return flask.Response(data, status, mimetype="application/json")


def add(api: flask.Blueprint) -> None:
    """Completes every response of the API."""
    api.after_request(_complete)


def accepts(encoding: str) -> bool:
    """Whether the client takes a content coding."""
    return flask.request.accept_encodings[encoding] > 0


def _complete(response: flask.Response) -> flask.Response:
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    if _compressible(response):
        response.vary.add("Accept-Encoding")
        if accepts("gzip"):
            response.set_data(gzip.compress(response.get_data(), _LEVEL, mtime=0))
            response.headers["Content-Encoding"] = "gzip"
    return response


def _compressible(response: flask.Response) -> bool:
    return (
        not response.is_streamed
        and response.mimetype == "application/json"
        and len(response.get_data()) > COMPRESSED_FROM_BYTES
    )
