"""What a person did, read off the rrweb events of a recording.

Light events tell of clicks only; typing, pointing and scrolling are in the recording alone, and of
a session of another recorder it may be all there is. So the facts are read as a finished session is
compacted and its events are at hand, and stored in `session_inputs`. docs/reference/sessions.md has
the definitions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from otel_replay.sessions import rrweb
from otel_replay.sessions.controls import Controls

ACTIVE_GAP_MS = 5_000
"""A longer time between two inputs ends a stretch of them."""
DEAD_MS = 2_500
"""A click is dead when nothing on the page changes for so long."""
REACTION_MS = 100
"""A page that scrolls or selects something so soon after a click does it because of the click."""
MAX_ITEMS = 10_000
"""Clicks, stretches and pages that are kept of a tab, each."""
LATEST_MS = 9_200_000_000_000
"""Beyond what a DateTime64(3) column holds; later times are no times."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOVES = frozenset((rrweb.MOUSE_MOVE, rrweb.TOUCH_MOVE, rrweb.DRAG))
_OTHER_CHANGES = frozenset(
    (
        rrweb.MEDIA_INTERACTION,
        rrweb.STYLE_SHEET_RULE,
        rrweb.CANVAS_MUTATION,
        rrweb.STYLE_DECLARATION,
        rrweb.ADOPTED_STYLE_SHEET,
    )
)
_FOCUS = (rrweb.FOCUS, rrweb.BLUR)
_MALFORMED = (AttributeError, LookupError, TypeError, ValueError)


class SessionInputs:
    """Gathers the facts of one session's tabs. Parts are added in order of (tab, seq)."""

    def __init__(self) -> None:
        self._tabs: dict[str, _Tab] = {}

    def add(self, tab: str, seq: int, events_json: bytes) -> None:
        """Reads a JSON array of rrweb events, those of the tab's part `seq`.

        What is no such array, and events that are malformed, count for nothing: the player shows
        what is wrong with them, and the rest of the recording is as good as before.
        """
        del seq  # The order is the caller's.
        known = self._tabs.setdefault(tab, _Tab())
        for event in _events(events_json):
            known.event(event)

    def rows(self, session_id: str, chunks: Mapping[str, int]) -> list[dict[str, Any]]:
        """Rows of `session_inputs`, one for each tab.

        `chunks` is how many rows of `replay_chunks` each tab's parts came from, those that could
        not be read included: the facts count as long as the tab has not more of them.
        """
        return [
            {"SessionId": session_id, "Tab": tab, "Chunks": chunks.get(tab, 0), **known.columns()}
            for tab, known in self._tabs.items()
        ]


def _events(events_json: bytes) -> list[Any]:
    try:
        events = orjson.loads(events_json)
    except orjson.JSONDecodeError:
        return []
    return events if isinstance(events, list) else []


@dataclass(slots=True)
class _Click:
    at_ms: int
    x: int
    y: int
    dead: bool = False


@dataclass(slots=True)
class _Tab:
    """What is known of a tab so far. Times are ms, by its browser's clock."""

    key_presses: int = 0
    clicks: list[_Click] = field(default_factory=list)
    waiting: list[_Click] = field(default_factory=list)
    """Clicks of which it is not known yet what came of them."""
    stretches: list[list[int]] = field(default_factory=list)
    """[start, end] of times with inputs."""
    pages: list[tuple[int, str]] = field(default_factory=list)
    controls: Controls = field(default_factory=Controls)
    texts: dict[int, int] = field(default_factory=dict)
    """Field to a hash of its last text."""

    def event(self, event: Any) -> None:
        """Reads one event."""
        try:
            at_ms = int(event["timestamp"])
            if not 0 <= at_ms <= LATEST_MS:
                return
            if self.waiting:
                self._judge(at_ms)
            kind = event["type"]
            if kind == rrweb.INCREMENTAL_SNAPSHOT:
                self._increment(event["data"], at_ms)
            elif kind == rrweb.FULL_SNAPSHOT:
                self.texts.clear()
                self.controls.snapshot(event["data"]["node"])
            elif kind == rrweb.META:
                self._page(event["data"]["href"], at_ms)
        except _MALFORMED:
            return

    def _increment(self, data: dict[str, Any], at_ms: int) -> None:
        source = data["source"]
        if source == rrweb.MUTATION:
            self.waiting.clear()
            self.controls.added(data.get("adds") or ())
        elif source in _MOVES:
            self._input(at_ms + _first_offset(data["positions"]), at_ms)
        elif source == rrweb.MOUSE_INTERACTION:
            self._interaction(data, at_ms)
        elif source == rrweb.INPUT:
            self.waiting.clear()
            self._field(data, at_ms)
        elif source == rrweb.SCROLL:
            self._reacted(at_ms)
            self._input(at_ms, at_ms)
        elif source == rrweb.SELECTION:
            self._reacted(at_ms)
        elif source in _OTHER_CHANGES:
            self.waiting.clear()

    def _interaction(self, data: dict[str, Any], at_ms: int) -> None:
        kind = data["type"]
        if kind in _FOCUS:  # The page moves the focus too, so it is no input.
            self.waiting.clear()
            return
        self._input(at_ms, at_ms)
        if kind == rrweb.CLICK and len(self.clicks) < MAX_ITEMS:
            click = _Click(at_ms, _pixels(data.get("x")), _pixels(data.get("y")))
            self.clicks.append(click)
            if data.get("id") not in self.controls.answering:
                self.waiting.append(click)

    def _field(self, data: dict[str, Any], at_ms: int) -> None:
        if data.get("userTriggered") is False:
            return
        self._input(at_ms, at_ms)
        node, text = data["id"], hash(data["text"])
        if data.get("isChecked"):
            self.controls.chosen.add(node)
        if node not in self.controls.chosen and self.texts.get(node) != text:
            self.key_presses += 1
        self.texts[node] = text

    def _page(self, url: Any, at_ms: int) -> None:
        if not isinstance(url, str) or (self.pages and self.pages[-1][1] == url):
            return
        self.waiting.clear()
        if len(self.pages) < MAX_ITEMS:
            self.pages.append((at_ms, url))

    def _input(self, start_ms: int, end_ms: int) -> None:
        if self.stretches:
            last = self.stretches[-1]
            if last[0] <= start_ms <= last[1] + ACTIVE_GAP_MS:
                last[1] = max(last[1], end_ms)
                return
        if len(self.stretches) < MAX_ITEMS:
            self.stretches.append([start_ms, end_ms])

    def _judge(self, at_ms: int) -> None:
        """Clicks of which nothing came until now, long enough, are dead."""
        for click in self.waiting:
            click.dead = at_ms - click.at_ms >= DEAD_MS
        self.waiting = [click for click in self.waiting if not click.dead]

    def _reacted(self, at_ms: int) -> None:
        self.waiting = [click for click in self.waiting if at_ms - click.at_ms > REACTION_MS]

    def columns(self) -> dict[str, Any]:
        """The columns of `session_inputs` that are read off the events."""
        stretches = _merged(self.stretches)
        return {
            "KeyPresses": self.key_presses,
            "Clicks.Time": [_time(click.at_ms) for click in self.clicks],
            "Clicks.X": [click.x for click in self.clicks],
            "Clicks.Y": [click.y for click in self.clicks],
            "Clicks.Dead": [click.dead for click in self.clicks],
            "Inputs.Start": [_time(start_ms) for start_ms, _ in stretches],
            "Inputs.End": [_time(end_ms) for _, end_ms in stretches],
            "Urls.Time": [_time(at_ms) for at_ms, _ in self.pages],
            "Urls.Url": [url for _, url in self.pages],
        }


def _first_offset(positions: list[dict[str, Any]]) -> int:
    """How long before its event, which rrweb sends every half second, a pointer began to move."""
    return min(0, max(-ACTIVE_GAP_MS, int(positions[0]["timeOffset"])))


def _pixels(value: Any) -> int:
    """A position as a whole number that an Int32 holds; 0 where there is none."""
    if not isinstance(value, int | float):
        return 0
    return round(max(-(2.0**31), min(2.0**31 - 1, value)))


def _time(at_ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=at_ms)


def _merged(stretches: list[list[int]]) -> list[list[int]]:
    """The stretches in order, none closer to the next than a gap: events may come in disorder."""
    merged: list[list[int]] = []
    for start_ms, end_ms in sorted(stretches):
        if merged and start_ms <= merged[-1][1] + ACTIVE_GAP_MS:
            merged[-1][1] = max(merged[-1][1], end_ms)
        else:
            merged.append([start_ms, end_ms])
    return merged
