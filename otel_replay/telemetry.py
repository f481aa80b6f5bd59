"""What receivers hand on to storage, and the promise of the handover."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, get_args

from otel_replay.sessions.chunks import Chunk

SignalName = Literal["traces", "logs", "metrics"]
SIGNAL_NAMES: tuple[SignalName, ...] = get_args(SignalName)


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """One accepted OTLP export request."""

    signal: SignalName
    data: bytes
    """The serialized request without what was taken out of it; may be empty. Attribute values and
    bodies are scalars: arrays and maps have been rendered to text."""
    chunks: tuple[Chunk, ...] = ()
    """Replay chunks taken out of a logs request."""
    row_bytes: int = 0
    """About what the rows of `data` take up in memory: each repeats its resource and scope."""
    records: int = 0
    """Spans, log records or metric points in `data`."""
    project: str = ""
    """Name of the project that the sender's key belongs to; empty for the default one."""


class Consumer(Protocol):
    """Takes requests; a plain coroutine function satisfies it."""

    async def __call__(self, request: ExportRequest, /) -> None:
        """Returns once all of the request is durable.

        Raises InvalidDataError when storage cannot take this very request, and RetryableError when
        the sender should try again; what was stored by then may be sent again without harm.
        """
