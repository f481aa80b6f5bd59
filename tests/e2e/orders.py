"""An order that fails in the demo shop: when everything about it is there."""

from __future__ import annotations

from typing import Any


def flat(spans: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A trace's spans, without their order."""
    return [s for span in spans for s in (span, *flat(span["children"]))]


def is_whole(trace: dict[str, Any]) -> bool:
    """Whether both services have told all of the order.

    Each sends its spans in the order of their ends, in requests of its own, and its own request
    ends last; its log records come in yet others.
    """
    answered = {span["service"] for span in flat(trace["spans"]) if span["kind"] == "Server"}
    explained = {log["service"] for log in trace["logs"] if log["severity"] == "ERROR"}
    return {"checkout", "inventory"} <= answered & explained
