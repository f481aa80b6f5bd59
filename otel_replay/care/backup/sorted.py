"""Walks several sorted lists side by side, a range of keys at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar


class Keyed(Protocol):
    """Something that has a key."""

    @property
    def key(self) -> str: ...


K = TypeVar("K", bound=Keyed)


class Sorted(Generic[K]):
    """Things in the order of their keys, of which no more is held than one range."""

    def __init__(self, things: Iterator[K]) -> None:
        self._things = things
        self._next: K | None = next(things, None)

    def up_to(self, last: str) -> dict[str, K]:
        """What comes next, up to the key `last`, by key."""
        found = {}
        while self._next is not None and self._next.key <= last:
            found[self._next.key] = self._next
            self._next = next(self._things, None)
        return found
