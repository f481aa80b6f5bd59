"""Which nodes of a recorded page answer to clicks by themselves, and which fields are not typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_ANSWERING = frozenset(
    ("a", "area", "input", "select", "textarea", "label", "option", "video", "audio")
)
_CHOSEN_TYPES = frozenset(
    ("checkbox", "radio", "range", "color", "file", "button", "submit", "reset", "image", "hidden")
)


class Controls:
    """The controls of one tab's page, by the ids of rrweb's nodes. Kept up with its events."""

    def __init__(self) -> None:
        self.answering: set[int] = set()
        """Nodes that are, or lie in, a link, a field, a label, a medium, or text to edit."""
        self.chosen: set[int] = set()
        """Fields whose value is chosen, not typed: boxes, sliders, lists."""

    def snapshot(self, root: Mapping[str, Any]) -> None:
        """Reads the node of a full snapshot; with one, all nodes get new ids."""
        self.answering.clear()
        self.chosen.clear()
        self._walk(root, False)

    def added(self, adds: Iterable[Mapping[str, Any]]) -> None:
        """Reads the nodes that a mutation added."""
        for add in adds:
            self._walk(add["node"], add["parentId"] in self.answering)

    def _walk(self, root: Mapping[str, Any], within: bool) -> None:
        stack = [(root, within)]
        while stack:
            node, within = stack.pop()
            tag = node.get("tagName")
            if tag is not None:
                within = within or self._answers(tag, node)
            if within:
                self.answering.add(node["id"])
            for child in node.get("childNodes") or ():
                stack.append((child, within))

    def _answers(self, tag: str, node: Mapping[str, Any]) -> bool:
        attributes = node["attributes"]
        if tag in _ANSWERING:
            kind = attributes.get("type")
            if tag == "select" or (tag == "input" and str(kind).lower() in _CHOSEN_TYPES):
                self.chosen.add(node["id"])
            return True
        return bool(attributes.get("contenteditable", "false") != "false")
