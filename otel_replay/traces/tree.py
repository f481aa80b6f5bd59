"""Puts the spans of a trace into a forest, and writes that as JSON.

Traces come incomplete, with spans twice, with a hundred thousand levels or with parents in a
circle; nothing here recurses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson


@dataclass(eq=False)
class Node:
    """A span, as its JSON object but for ``orphan`` and ``children``, and the spans below it."""

    span: Mapping[str, Any]
    orphan: bool = False
    children: list[Node] = field(default_factory=list)


def forest(spans: Sequence[Mapping[str, Any]]) -> list[Node]:
    """The roots, children in the order of `spans`, which have ``span_id`` and ``parent_span_id``.

    A span whose parent is not among `spans` becomes a root with `orphan` set; so does the first
    span of a circle. Where a span id stands twice, the children go to its first span.
    """
    nodes = [Node(span) for span in spans]
    by_id: dict[str, Node] = {}
    for node in nodes:
        by_id.setdefault(node.span["span_id"], node)
    roots = []
    for node in nodes:
        parent = by_id.get(node.span["parent_span_id"])
        if parent is None or parent is node:
            node.orphan = bool(node.span["parent_span_id"])
            roots.append(node)
        else:
            parent.children.append(node)
    _open_circles(nodes, roots)
    return roots


def _open_circles(nodes: Sequence[Node], roots: list[Node]) -> None:
    """Makes a root of the first span of each circle, so that every span hangs below a root."""
    reached: set[Node] = set()
    for root in roots:
        _reach(root, reached)
    parents = {child: node for node in nodes for child in node.children}
    order = {node: index for index, node in enumerate(nodes)}
    for node in nodes:
        if node in reached:
            continue
        first = min(_circle_above(node, parents), key=order.__getitem__)
        parents[first].children.remove(first)
        first.orphan = True
        roots.append(first)
        _reach(first, reached)


def _circle_above(node: Node, parents: Mapping[Node, Node]) -> list[Node]:
    """The circle that one gets into by going from a span to its parent, again and again."""
    path: dict[Node, None] = {}
    while node not in path:
        path[node] = None
        node = parents[node]
    nodes = list(path)
    return nodes[nodes.index(node) :]


def _reach(root: Node, reached: set[Node]) -> None:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node not in reached:
            reached.add(node)
            waiting.extend(node.children)


def forest_json(roots: Sequence[Node]) -> bytes:
    """The JSON array of a forest; each span gains ``orphan`` and ``children``."""
    out = bytearray(b"[")
    # What is still to be written, last first: a node, or text as it stands.
    waiting: list[Node | bytes] = [b"]", *_separated(roots)]
    while waiting:
        item = waiting.pop()
        if isinstance(item, bytes):
            out += item
            continue
        out += orjson.dumps({**item.span, "orphan": item.orphan})[:-1] + b',"children":['
        waiting += [b"]}", *_separated(item.children)]
    return bytes(out)


def _separated(nodes: Sequence[Node]) -> list[Node | bytes]:
    """The nodes with commas between them, last first."""
    items: list[Node | bytes] = []
    for node in reversed(nodes):
        items += [node, b","]
    return items[:-1]
