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
    """Order within the tab: of the first event, when the chunk covers several numbers."""
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
    more_seqs: int = 0
    """Sequence numbers that it covers beyond the first: recorders that number single events, or
    pieces of them, come here as runs."""
    widths: tuple[int, ...] = ()
    """Sequence numbers of each event; empty when each has one, or the chunk has one for all."""
    piece: int = 0
    """Which piece of an event the payload is, from 1 on; 0 for whole events."""
    pieces: int = 0
    """How many pieces the event has; 0 for whole events."""
