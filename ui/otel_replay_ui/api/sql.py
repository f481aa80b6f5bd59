"""Statements of the SQL page: read only, with the limits and checks of the SQL address.

A page of another origin cannot ask: what it may send without a preflight is no JSON.
"""

from __future__ import annotations

import functools

import flask
import orjson
from werkzeug.exceptions import UnsupportedMediaType

from otel_replay.errors import InvalidDataError
from otel_replay.storage.clickhouse import QueryError
from otel_replay_ui.api.backend import Backend
from otel_replay_ui.api.responses import json_response
from otel_replay_ui.sql.guard import RefusedStatement
from otel_replay_ui.sql.http import client_gone
from otel_replay_ui.sql.service import Question, SqlService

AT_ONCE = 2
FORMATS = {
    "json": ("JSONCompact", "application/json"),
    "csv": ("CSVWithNames", "text/csv; charset=utf-8"),
    "ndjson": ("JSONEachRow", "application/x-ndjson"),
    "parquet": ("Parquet", "application/vnd.apache.parquet"),
}


def add(api: flask.Blueprint, backend: Backend) -> None:
    """Adds the route."""
    # Connections are opened as the first statement comes.
    service = SqlService([backend.database.address], AT_ONCE)
    view = functools.partial(ask, service)
    api.add_url_rule("/sql", "sql", view, methods=["POST"])


def ask(service: SqlService) -> flask.Response:
    """Answers {"statement": ..., "format": ...}; the statement's own FORMAT is not heeded."""
    if flask.request.mimetype != "application/json":
        raise UnsupportedMediaType("send the statement as application/json")
    statement, name = _asked(flask.request.get_data(cache=False))
    fmt, content_type = FORMATS[name]
    try:
        data, written = service.answer(Question(statement, output_format=fmt, gone=client_gone()))
    except RefusedStatement as exc:
        raise InvalidDataError(str(exc)) from exc
    except QueryError as exc:
        raise InvalidDataError(_for_people(str(exc))) from exc
    if written != fmt:
        raise InvalidDataError(f"leave FORMAT {written} out: the page chooses the format")
    return json_response(data) if name == "json" else flask.Response(data, mimetype=content_type)


def _asked(body: bytes) -> tuple[str, str]:
    try:
        asked = orjson.loads(body)
    except orjson.JSONDecodeError as exc:
        raise InvalidDataError(f"the body is not JSON: {exc}") from exc
    statement = asked.get("statement") if isinstance(asked, dict) else None
    if not isinstance(statement, str) or not statement.strip():
        raise InvalidDataError('expected {"statement": "SELECT ...", "format": "json"}')
    name = asked.get("format", "json")
    if name not in FORMATS:
        raise InvalidDataError(f"format is {name!r}: expected one of {', '.join(FORMATS)}")
    return statement, name


def _for_people(message: str) -> str:
    """ClickHouse's message, without the driver's words around it."""
    start = message.find("Code:")
    return message[start:] if start > 0 else message
