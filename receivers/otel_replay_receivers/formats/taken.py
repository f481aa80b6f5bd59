"""What a format finds among the log records of its scope."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from otel_replay.sessions.chunks import Chunk


@dataclass
class Taken:
    """The outcome for the records of one scope."""

    chunks: list[Chunk] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """Why a record was refused, one for each."""
    rest: list[Any] = field(default_factory=list)
    """Records that are ordinary logs."""
