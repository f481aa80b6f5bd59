"""Traces: a session's, what was under way in them, and one with its spans as a tree."""

from __future__ import annotations

import flask

from otel_replay.traces import correlation, store
from otel_replay_ui.api import parameters, routes
from otel_replay_ui.api.backend import Backend
from otel_replay_ui.api.responses import json_response


def add(api: flask.Blueprint, backend: Backend) -> None:
    """Adds the routes."""
    routes.get(api, "/sessions/<session_id>/traces", list_traces, backend)
    routes.get(api, "/sessions/<session_id>/spans", list_spans, backend)
    routes.get(api, "/traces/<trace_id>", show_trace, backend)


def list_traces(backend: Backend, session_id: str) -> flask.Response:
    parameters.only(())
    session_id = parameters.session_id(session_id)
    return json_response(
        correlation.traces_of_session(backend.database, session_id, backend.now_ms())
    )


def list_spans(backend: Backend, session_id: str) -> flask.Response:
    parameters.only(("from", "to"))
    session_id = parameters.session_id(session_id)
    return json_response(
        correlation.spans_of_session(
            backend.database, session_id, backend.now_ms(), **parameters.range_ns()
        )
    )


def show_trace(backend: Backend, trace_id: str) -> flask.Response:
    parameters.only(())
    trace_id = parameters.trace_id(trace_id)
    sessions = correlation.sessions_of_trace(backend.database, trace_id, backend.now_ms())
    clock_errors = {session.id: session.clock_errors for session in sessions}
    trace = store.read_trace(backend.database, trace_id, clock_errors)
    # Where a trace is too long to be shown whole, a session's records may lie beyond what is.
    shown = [session.shown(trace.first_ns.get(session.id, trace.start_ns)) for session in sessions]
    return json_response(trace.json(shown))
