"""What a blob's key tells: what it is, and whose."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PACK = re.compile(r"packs/\d{4}-\d{2}-\d{2}/\d{2}/[^/]+")
_OBJECT = re.compile(r"sessions/\d{4}-\d{2}-\d{2}/([^/]+)/\d{8}T\d{6}-[^/]+")


@dataclass(frozen=True, slots=True)
class Name:
    """A key, taken apart."""

    session_id: str
    """Whose object it is; empty for a pack, which holds chunks of many."""

    @property
    def is_pack(self) -> bool:
        return not self.session_id


def parsed(key: str) -> Name | None:
    """None for a key that nothing of ours writes."""
    if _PACK.fullmatch(key):
        return Name("")
    match = _OBJECT.fullmatch(key)
    return Name(match.group(1)) if match else None
