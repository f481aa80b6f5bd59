"""What a blob's key tells: what it is, whose, and when it was written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_PACK = re.compile(r"packs/(\d{4}-\d\d-\d\d)/(\d\d)/[^/]+")
_OBJECT = re.compile(r"sessions/\d{4}-\d\d-\d\d/([^/]+)/(\d{8}T\d{6})-[^/]+")


@dataclass(frozen=True, slots=True)
class Name:
    """A key, taken apart."""

    session_id: str
    """Whose object it is; empty for a pack, which holds chunks of many."""
    written_by: datetime
    """When it had been written at the latest: a pack says the hour only. UTC."""

    @property
    def is_pack(self) -> bool:
        return not self.session_id


def parsed(key: str) -> Name | None:
    """None for a key that nothing of ours writes."""
    try:
        if found := _PACK.fullmatch(key):
            hour = datetime.strptime(" ".join(found.groups()), "%Y-%m-%d %H")
            return Name("", hour.replace(tzinfo=UTC) + timedelta(hours=1))
        if found := _OBJECT.fullmatch(key):
            written = datetime.strptime(found[2], "%Y%m%dT%H%M%S")
            return Name(found[1], written.replace(tzinfo=UTC))
    except ValueError:
        return None
    return None
