"""The recording, as newline-separated JSON for programs or framed for the player."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterable, Iterator

import flask
import orjson

from otel_replay.errors import DamagedBlobError
from otel_replay.sessions import recording, session
from otel_replay.sessions.clock import ClockErrors
from otel_replay.sessions.frames import MIMETYPE
from otel_replay.sessions.parts import Part, json_line
from otel_replay.sessions.recording import HIGHEST_SEQ, Recording
from otel_replay_ui.api import frames, parameters, routes
from otel_replay_ui.api.backend import Backend
from otel_replay_ui.api.responses import accepts

_NDJSON = "application/x-ndjson"
_CUSTOM_EVENT = 5
_DAMAGED_TAG = "otel_replay.damaged"
_FINISHED_CACHE = "private, max-age=300"
_LEVEL = 1
_GZIP = 16 + zlib.MAX_WBITS


def add(api: flask.Blueprint, backend: Backend) -> None:
    """Adds the route."""
    routes.get(api, "/sessions/<session_id>/replay", show_replay, backend)


def show_replay(backend: Backend, session_id: str) -> flask.Response:
    parameters.only(("tab", "from_seq", "to_seq"))
    session_id = parameters.session_id(session_id)
    from_seq = parameters.integer("from_seq", 0, 0, HIGHEST_SEQ)
    to_seq = parameters.integer("to_seq", HIGHEST_SEQ, 0, HIGHEST_SEQ)
    tab = parameters.text("tab")
    finished = session.state(backend.database, session_id, backend.now_ms()) == "finished"
    chosen = parameters.tab(tab) if tab else _first_tab(backend, session_id)
    found = (
        Recording(
            *(backend.database, backend.blobs, session_id, chosen, from_seq, to_seq),
            finished=finished,
        )
        if chosen
        else None
    )
    response = _response(found)
    if finished:
        response.headers["Cache-Control"] = _FINISHED_CACHE
    response.vary.update(["Accept", "Accept-Encoding"])
    return response


def _first_tab(backend: Backend, session_id: str) -> str | None:
    row = session.find(backend.database, session_id, backend.now_ms())
    return recording.first_tab(backend.database, session_id, ClockErrors.of_row(row))


def _response(found: Recording | None) -> flask.Response:
    wanted = flask.request.accept_mimetypes.best_match([_NDJSON, MIMETYPE], _NDJSON)
    if wanted == MIMETYPE:
        return _framed(found)
    lines = map(_line, found.parts() if found else iter(()))
    if not accepts("gzip"):
        return _streamed(_NDJSON, lines)
    return _streamed(_NDJSON, _compressed(lines), "gzip")


def _framed(found: Recording | None) -> flask.Response:
    if found is None:
        return _streamed(MIMETYPE, iter(()))
    if not found.in_segments:
        # Each part is compressed by itself already.
        return _streamed(MIMETYPE, frames.frames(found.parts()))
    if accepts("zstd"):
        return _streamed(MIMETYPE, frames.zstd_frames(found.stored()), "zstd")
    pieces = frames.frames(found.parts())
    if not accepts("gzip"):
        return _streamed(MIMETYPE, pieces)
    return _streamed(MIMETYPE, _compressed(pieces), "gzip")


def _streamed(mimetype: str, pieces: Iterator[bytes], encoding: str = "") -> flask.Response:
    response = flask.Response(_started(pieces), mimetype=mimetype)
    if encoding:
        response.headers["Content-Encoding"] = encoding
    return response


def _started(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same pieces, the first one made: what fails from the start can still be a status."""
    first = list(itertools.islice(pieces, 1))
    return itertools.chain(first, pieces)


def _line(part: Part) -> bytes:
    try:
        return json_line(part) + b"\n"
    except DamagedBlobError as exc:
        payload = {"seq": part.seq, "message": str(exc)}
        data = {"tag": _DAMAGED_TAG, "payload": payload}
        event = {"type": _CUSTOM_EVENT, "timestamp": part.start_ms, "data": data}
        return orjson.dumps([event]) + b"\n"


def _compressed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """One gzip stream, flushed after each piece so that a reader can begin at once."""
    deflater = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
    for piece in pieces:
        yield deflater.compress(piece) + deflater.flush(zlib.Z_SYNC_FLUSH)
    yield deflater.flush()
