"""A chunk of a recording, as it travels from a receiver to storage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MAX_CHUNK_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of consecutive rrweb events of one tab. Times are ms since the epoch."""

    session_id: str
    tab: str
    seq: int
    """Order within the tab."""
    start_ms: int
    end_ms: int
    events: int
    checkpoint: bool
    """Begins with a full snapshot."""
    final: bool
    encoding: str
    """``gzip`` or ``identity``."""
    size_bytes: int
    """Of the JSON before compression."""
    payload: bytes
    sent_ms: int
    """By the browser's clock."""
    received_ms: int
    """By ours."""
    service_name: str = ""
    user_id: str = ""
    resource_attributes: Mapping[str, str] = field(default_factory=dict)
