"""Recordings that nobody made: a page of rows that changes all the time, for as long as one likes.

At each moment the page says what time it is, so that a picture can be told right from wrong.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Event = dict[str, Any]

_ROWS = 300
_FIRST_ROW = 100
_NOW_TEXT = 21
"""Node whose text is the time."""
CLOCK = "#now"
"""Selector of the element that says the time."""


def said_at(offset_ms: float) -> str:
    """What the page says from the moment on until the next event."""
    return f"t = {offset_ms:.0f} ms"


@dataclass
class Synthetic:
    """One tab: `events` rrweb events from `start_ms` on, evenly over `length_ms`."""

    start_ms: int
    length_ms: int
    events: int
    title: str = "Rows"
    chunk_ms: int = 5_000
    checkpoint_ms: int = 300_000
    _texts: dict[int, str] = field(default_factory=dict)

    def chunks(self) -> Iterator[list[Event]]:
        """The events, as the recorder cuts them; a chunk with a snapshot begins with it."""
        source = random.Random(self.events)
        step_ms = self.length_ms / self.events
        chunk = self._snapshot(0)
        cut_ms, checkpoint_ms = float(self.chunk_ms), float(self.checkpoint_ms)
        for number in range(2, self.events):
            at_ms = number * step_ms
            if at_ms >= checkpoint_ms:
                yield chunk
                chunk = self._snapshot(at_ms)
                checkpoint_ms, cut_ms = at_ms + self.checkpoint_ms, at_ms + self.chunk_ms
            elif at_ms >= cut_ms:
                yield chunk
                chunk, cut_ms = [], at_ms + self.chunk_ms
            chunk.append(self._event(source, number, at_ms))
        yield chunk

    def moments(self, count: int) -> list[float]:
        """Offsets of as many of its changes, in no order."""
        source = random.Random(count)
        step_ms = self.length_ms / self.events
        return [source.randrange(1, self.events // 8) * 8 * step_ms for _ in range(count)]

    def _time(self, offset_ms: float) -> int:
        return round(self.start_ms + offset_ms)

    def _event(self, source: random.Random, number: int, at_ms: float) -> Event:
        time = self._time(at_ms)
        if number % 8 == 0:
            row = _FIRST_ROW + 2 * source.randrange(_ROWS) + 1
            self._texts[row] = f"row {row} was changed as number {number}"
            self._texts[_NOW_TEXT] = said_at(at_ms)
            texts = [{"id": node, "value": self._texts[node]} for node in (row, _NOW_TEXT)]
            data: Event = {"source": 0, "texts": texts, "attributes": [], "removes": [], "adds": []}
        elif number % 97 == 0:
            data = {"source": 2, "type": 2, "id": 20, "x": number % 1000, "y": number % 700}
        elif number % 31 == 0:
            data = {"source": 3, "id": 1, "x": 0, "y": number % 2000}
        else:
            place = {"x": number % 1200, "y": number % 780, "id": 20, "timeOffset": 0}
            data = {"source": 1, "positions": [place]}
        return {"type": 3, "timestamp": time, "data": data}

    def _snapshot(self, at_ms: float) -> list[Event]:
        self._texts.setdefault(_NOW_TEXT, said_at(0))
        time = self._time(at_ms)
        meta = {"href": f"https://rows.example/{self.title}", "width": 1280, "height": 800}
        offset = {"left": 0, "top": 0}
        return [
            {"type": 4, "timestamp": time, "data": meta},
            {"type": 2, "timestamp": time, "data": {"node": self._page(), "initialOffset": offset}},
        ]

    def _page(self) -> Event:
        style = "body { font: 14px sans-serif; margin: 24px } p { border-bottom: 1px solid #ddd }"
        rows = [
            _element(node, "p", {"class": "row"}, _text(node + 1, self._row(node + 1)))
            for node in range(_FIRST_ROW, _FIRST_ROW + 2 * _ROWS, 2)
        ]
        body = _element(
            5, "body", {},
            _element(6, "h1", {}, _text(7, self.title)),
            _element(20, "p", {"id": "now"}, _text(_NOW_TEXT, self._texts[_NOW_TEXT])), *rows,
        )  # fmt: skip
        head = _element(4, "head", {}, _element(8, "style", {}, _text(9, style, isStyle=True)))
        doctype = {"type": 1, "id": 2, "name": "html", "publicId": "", "systemId": ""}
        return {"type": 0, "id": 1, "childNodes": [doctype, _element(3, "html", {}, head, body)]}

    def _row(self, node: int) -> str:
        return self._texts.get(node, f"row {node} as it was in the beginning, and for a while")


def _element(node: int, tag: str, attributes: Event, *children: Event) -> Event:
    return {"type": 2, "id": node, "tagName": tag, "attributes": attributes,
            "childNodes": list(children)}  # fmt: skip


def _text(node: int, content: str, **more: Any) -> Event:
    return {"type": 3, "id": node, "textContent": content} | more
