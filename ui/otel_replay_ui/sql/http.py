"""The HTTP interface: query in the URL or the body, parameters, formats, ClickHouse's headers.

https://clickhouse.com/docs/interfaces/http
"""

from __future__ import annotations

import gzip
import io
import json
import re
import time
import uuid
import zlib
from collections.abc import Callable

import flask

from otel_replay.errors import (
    InvalidDataError,
    OtelReplayError,
    OverloadedError,
    UnavailableError,
)
from otel_replay.storage.clickhouse import Address, EscapedValue, QueryError
from otel_replay_ui.sql.access import Access, NotAuthenticated
from otel_replay_ui.sql.guard import MAX_STATEMENT_BYTES, RefusedStatement
from otel_replay_ui.sql.service import Question, SqlService, stays

_NOT_PRINTABLE = re.compile(r"[^ -~]")
_PARAMETER = "param_"
_PLACEHOLDER = re.compile(r"\{\s*(\w+)\s*:")
_MAX_BODY_BYTES = MAX_STATEMENT_BYTES + 64 * 1024
_CONTENT_TYPES = {
    "JSON": "application/json; charset=UTF-8",
    "JSONCompact": "application/json; charset=UTF-8",
    "JSONEachRow": "application/x-ndjson; charset=UTF-8",
    "CSV": "text/csv; charset=UTF-8; header=absent",
    "CSVWithNames": "text/csv; charset=UTF-8; header=present",
    "TabSeparated": "text/tab-separated-values; charset=UTF-8",
    "Native": "application/octet-stream",
    "Parquet": "application/octet-stream",
}
# Clients send it where nothing was chosen.
_CLIENTS_DEFAULT = "default"
_NO_RIGHTS, _NO_SUCH_PATH, _TOO_MANY_STATEMENTS, _WRONG_USER = 497, 48, 202, 516


def create_sql_app(address: Address, *others: Address, access: Access | None = None) -> flask.Flask:
    """Returns the application that answers on the address of ``--sql``.

    Databases are chosen as ClickHouse has it, `address`' unless a request names another. Everybody
    may ask unless `access` says otherwise.
    """
    sql, access = SqlService((address, *others)), access or Access()
    app = flask.Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = _MAX_BODY_BYTES

    @app.get("/ping")
    def ping() -> flask.Response:
        return flask.Response("Ok.\n", mimetype="text/plain")

    @app.route("/", methods=["GET", "POST"])
    def query() -> flask.Response:
        if not flask.request.args and flask.request.method == "GET":
            return ping()
        try:
            access.check(flask.request)
        except NotAuthenticated as exc:
            return _not_authenticated(exc)
        return _answer(sql, flask.request)

    @app.errorhandler(404)
    def no_such_path(_error: Exception) -> flask.Response:
        return _exception(404, _NO_SUCH_PATH, "There is no handle here. Use / or /ping", "")

    return app


def client_gone() -> Callable[[], bool]:
    """Tells whether the client of the request under way has gone away, where the server can."""
    found: Callable[[], bool] = flask.request.environ.get("waitress.client_disconnected", stays)
    return found


def _answer(sql: SqlService, request: flask.Request) -> flask.Response:
    started = time.perf_counter_ns()
    query_id = _NOT_PRINTABLE.sub("?", request.args.get("query_id", "")[:128]) or str(uuid.uuid4())
    try:
        statement = _statement(request)
        question = Question(
            statement,
            _parameters(request, statement),
            _chosen(request),
            _default_format(request),
            gone=client_gone(),
        )
        data, output_format = sql.answer(question)
    except RefusedStatement as exc:
        return _exception(403, _NO_RIGHTS, f"{exc}. (ACCESS_DENIED)", query_id)
    except QueryError as exc:
        return _exception(404 if exc.code in (60, 81) else 400, exc.code, str(exc), query_id)
    except OverloadedError as exc:
        return _exception(503, _TOO_MANY_STATEMENTS, str(exc), query_id)
    except UnavailableError as exc:
        return _exception(503, 210, str(exc), query_id)
    except OtelReplayError as exc:
        return _exception(400, 36, str(exc), query_id)
    response = _headers(_response(data, request), query_id)
    response.headers["Content-Type"] = _CONTENT_TYPES.get(
        output_format, "text/plain; charset=UTF-8"
    )
    response.headers["X-ClickHouse-Format"] = output_format
    response.headers["X-ClickHouse-Summary"] = json.dumps(
        {"read_rows": "0", "elapsed_ns": str(time.perf_counter_ns() - started)}
    )
    return response


def _chosen(request: flask.Request) -> str:
    name = request.args.get("database") or request.headers.get("X-ClickHouse-Database", "")
    return "" if name == _CLIENTS_DEFAULT else name


def _statement(request: flask.Request) -> str:
    """The query of the URL, then the body: either alone, or the first before the second."""
    if request.mimetype == "multipart/form-data":
        body = request.form.get("query", "").encode()
    else:
        body = request.get_data(cache=False)
    body = _decompressed(body, request.content_encoding or "")
    parts = (request.args.get("query", ""), body.decode("utf-8", "replace"))
    return "\n".join(part for part in parts if part)


def _decompressed(body: bytes, encoding: str) -> bytes:
    """Raises InvalidDataError."""
    if encoding in ("", "identity"):
        return body
    if encoding != "gzip":
        raise InvalidDataError(f"Content-Encoding is {encoding[:40]!r}: expected gzip or none")
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(body)) as stream:
            return stream.read(_MAX_BODY_BYTES)
    except (OSError, EOFError, zlib.error) as exc:
        raise InvalidDataError(
            f"the body is not gzip, as its Content-Encoding says: {exc}"
        ) from exc


def _default_format(request: flask.Request) -> str:
    named = request.args.get("default_format") or request.headers.get("X-ClickHouse-Format", "")
    return named if re.fullmatch(r"\w+", named) else "TabSeparated"


def _parameters(request: flask.Request, statement: str) -> dict[str, EscapedValue]:
    """The parameters that the statement names; with others alone, the driver would look for %s."""
    # The body of curl --data is the statement, though its type says form.
    form = request.form.items() if request.mimetype == "multipart/form-data" else ()
    named = set(_PLACEHOLDER.findall(statement))
    given = {key.removeprefix(_PARAMETER): (key, v) for key, v in [*request.args.items(), *form]}
    return {
        name: EscapedValue(value)
        for name, (key, value) in given.items()
        if key.startswith(_PARAMETER) and name in named
    }


def _response(data: bytes, request: flask.Request) -> flask.Response:
    accepts = request.headers.get("Accept-Encoding", "")
    if request.args.get("enable_http_compression") == "1" and "gzip" in accepts:
        response = flask.Response(gzip.compress(data, 3))
        response.headers["Content-Encoding"] = "gzip"
        return response
    return flask.Response(data)


def _exception(status: int, code: int, message: str, query_id: str) -> flask.Response:
    if not message.startswith("Code:"):
        message = f"Code: {code}. DB::Exception: {message}"
    response = flask.Response(message + "\n", status, mimetype="text/plain")
    response.headers["X-ClickHouse-Exception-Code"] = str(code)
    return _headers(response, query_id)


def _not_authenticated(error: NotAuthenticated) -> flask.Response:
    message = f"{error}. (AUTHENTICATION_FAILED)"
    response = _exception(403 if error.asked else 401, _WRONG_USER, message, "")
    if not error.asked:
        response.headers["WWW-Authenticate"] = 'Basic realm="otel-replay SQL"'
    return response


def _headers(response: flask.Response, query_id: str) -> flask.Response:
    response.headers["X-ClickHouse-Server-Display-Name"] = "otel-replay"
    response.headers["X-ClickHouse-Query-Id"] = query_id
    response.headers["X-ClickHouse-Timezone"] = "UTC"
    return response
