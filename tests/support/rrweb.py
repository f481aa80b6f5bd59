"""rrweb events as tests need them: what a person does, and what the page does of it."""

from __future__ import annotations

from typing import Any

Event = dict[str, Any]


def increment(at_ms: int, source: int, **data: Any) -> Event:
    """An incremental snapshot."""
    return {"type": 3, "timestamp": at_ms, "data": {"source": source, **data}}


def click(at_ms: int, node: int = 1, x: float = 5, y: float = 7) -> Event:
    return increment(at_ms, 2, type=2, id=node, x=x, y=y)


def typed(at_ms: int, text: str, node: int = 1, checked: bool = False, **more: Any) -> Event:
    return increment(at_ms, 5, id=node, text=text, isChecked=checked, **more)


def change(at_ms: int) -> Event:
    """A change of the page that adds nothing."""
    attributes = [{"id": 1, "attributes": {"class": "new"}}]
    return increment(at_ms, 0, texts=[], attributes=attributes, removes=[], adds=[])


def moved(at_ms: int, first_ms: int) -> Event:
    """A pointer's way, from `first_ms` to the event."""
    way = [{"x": 1, "y": 1, "id": 1, "timeOffset": offset} for offset in (first_ms - at_ms, 0)]
    return increment(at_ms, 1, positions=way)


def meta(at_ms: int, url: str) -> Event:
    return {
        "type": 4,
        "timestamp": at_ms,
        "data": {"href": url, "width": 800, "height": 600},
    }


def element(node: int, tag: str, *children: Event, **attributes: Any) -> Event:
    """A node of a snapshot."""
    return {
        "type": 2,
        "id": node,
        "tagName": tag,
        "attributes": attributes,
        "childNodes": list(children),
    }
