"""The shop's visit with all that a panel can show: bodies, state, notes, logs, errors in errors."""

from __future__ import annotations

import json

from tests.ui.worlds import Json, Session, event_row, shop

BODY = '{"items":[{"sku":"kettle","count":1}],"coupon":"BROKEN","note":"it\'s a gift!"}'
ANSWER = '{"error":{"code":"coupon","message":"the coupon has no uses left"}}'

AGGREGATE = """AggregateError: All promises were rejected
    at async preload (https://shop.example/shop.js:88:5)
Caused by: Of several: TypeError: Failed to fetch
    at load (https://shop.example/shop.js:71:9)
Caused by: Of several: Error: 404 /img/tray.webp
    at load (https://shop.example/shop.js:74:13)
Caused by: RangeError: no mirrors left
    at mirrors (https://shop.example/mirrors.js:12:3)"""

STATES: list[tuple[float, str, Json]] = [
    (0.10, "@@init", {"cart.count": "0", "cart.total": "0", "user.name": "Ada", "coupon": ""}),
    (0.42, "cart/added", {"cart.count": "1", "cart.total": "39.9", "cart.items.0.sku": "kettle"}),
    (0.74, "coupon/typed", {"coupon": "BROKEN"}),
    (0.93, "checkout/failed", {"error": "502", "coupon": None, "cart.total": "44.9"}),
]


def rich() -> Session:
    """A fresh one for each caller to change."""
    session = shop()
    for row in session.events:
        if row["kind"] == "request":
            _describe(row)
    session.events += [*_states(session), *_others(session), *_logs(session)]
    session.events.sort(key=lambda row: row["t_ms"])
    return session


def _describe(request: Json) -> None:
    """What the SDK says of a request when it is asked to."""
    length = request["duration_ms"]
    request["attributes"] |= {
        "http.request.header.content-type": "application/json",
        "http.request.header.x-shop-cart": "c-81",
        "http.response.header.content-type": "application/json; charset=utf-8",
        "http.response.body.size": "2480", "browser.transfer_size": "980",
        "browser.timing.dns": f"{length * 0.05:.1f}", "browser.timing.connect": "12.5",
        "browser.timing.wait": f"{length * 0.7:.1f}",
        "browser.timing.receive": f"{length * 0.1:.1f}", "session.id": "s", "user.id": "u-1815",
    }  # fmt: skip
    if request["attributes"]["http.request.method"] == "POST":
        request["attributes"] |= {
            "http.request.body.content": BODY, "http.request.body.size": str(len(BODY)),
            "http.response.body.content": ANSWER,
        }  # fmt: skip


def at(session: Session, share: float) -> float:
    """A moment of the visit, ms since the epoch."""
    return session.start_ms + share * float(session.row["duration_ms"])


def state_row(session: Session, ident: str, share: float, action: str, changes: str) -> Json:
    """A report of state management; `changes` is JSON, or what a limit left of it."""
    attributes = {"browser.state.name": "shop", "browser.state.action": action,
                  "browser.state.changes": changes}  # fmt: skip
    return event_row(session, ident, at(session, share), "custom", name="browser.state",
                     title="browser.state", tab="t", attributes=attributes)  # fmt: skip


def _states(session: Session) -> list[Json]:
    return [
        state_row(session, f"s{index}", share, action, json.dumps(changes, separators=(",", ":")))
        for index, (share, action, changes) in enumerate(STATES)
    ]


def _others(session: Session) -> list[Json]:
    group = {"exception.type": "AggregateError", "exception.stacktrace": AGGREGATE,
             "exception.message": "All promises were rejected"}  # fmt: skip
    return [
        event_row(session, "aggregate", at(session, 0.5), "error", name="exception", tab="t",
                  title="AggregateError: All promises were rejected", severity="ERROR",
                  attributes=group),
        event_row(session, "note", at(session, 0.9), "custom", name="session.note", tab="t",
                  title="She expected the coupon to work."),
        event_row(session, "long", at(session, 0.3), "console", name="browser.console", tab="t",
                  title="cart restored\n" + json.dumps({"items": list(range(12))}),
                  attributes={"browser.console.method": "debug"}),
    ]  # fmt: skip


def _logs(session: Session) -> list[Json]:
    """The log lines of the traces, as the session's events tell them."""
    return [
        event_row(session, f"l{index}-{trace_id}", log["t_ms"], "log", source="backend",
                  title=log["body"], severity=log["severity"], service=log["service"],
                  trace_id=trace_id, span_id=log["span_id"],
                  attributes={"code.function.name": "reserve", "thread.name": "worker-3"})
        for trace_id, trace in session.traces.items()
        for index, log in enumerate(trace["logs"])
    ]  # fmt: skip
