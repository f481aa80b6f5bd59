"""The sessions: list, one, its manifest, its events."""

from __future__ import annotations

import flask

from otel_replay.sessions import events as events_of
from otel_replay.sessions import listing, session
from otel_replay_ui.api import parameters, routes
from otel_replay_ui.api.backend import Backend
from otel_replay_ui.api.responses import json_response

_DEFAULT_LIMIT = 50


def add(api: flask.Blueprint, backend: Backend) -> None:
    """Adds the routes."""
    for path, view in (
        ("/sessions", list_sessions),
        ("/sessions/<session_id>", show_session),
        ("/sessions/<session_id>/manifest", show_manifest),
        ("/sessions/<session_id>/events", show_events),
    ):
        routes.get(api, path, view, backend)


def list_sessions(backend: Backend) -> flask.Response:
    parameters.only(("q", "from", "to", "limit", "cursor"))
    cursor = parameters.text("cursor")
    page = listing.page(
        backend.database,
        query=parameters.text("q"),
        from_ms=parameters.time_ms("from", 0),
        to_ms=parameters.time_ms("to", listing.LATEST_MS),
        limit=parameters.integer("limit", _DEFAULT_LIMIT, 1, listing.MAX_LIMIT),
        cursor=listing.Cursor.read(cursor) if cursor else None,
    )
    return json_response(page)


def show_session(backend: Backend, session_id: str) -> flask.Response:
    parameters.only(())
    session_id = parameters.session_id(session_id)
    row = session.find(backend.database, session_id, backend.now_ms())
    return json_response(session.detail(row))


def show_manifest(backend: Backend, session_id: str) -> flask.Response:
    parameters.only(())
    session_id = parameters.session_id(session_id)
    known = set(flask.request.if_none_match.as_set(include_weak=True))
    version, body = backend.manifests.read(backend.database, session_id, backend.now_ms(), known)
    response = flask.Response(status=304) if body is None else json_response(body)
    # Weak: the compressed and the plain form share it.
    response.set_etag(version, weak=True)
    return response


def show_events(backend: Backend, session_id: str) -> flask.Response:
    parameters.only(("from", "to", "kind"))
    kinds = [kind for kind in parameters.text("kind").split(",") if kind]
    body = events_of.events(
        backend.database,
        parameters.session_id(session_id),
        backend.now_ms(),
        kinds=events_of.checked_kinds(kinds),
        **parameters.range_ns(),
    )
    return json_response(body)
