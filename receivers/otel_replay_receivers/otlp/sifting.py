"""What is left out of requests before they become rows: unfit spans, and replay chunks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from otel_replay.sessions.chunks import Chunk
from otel_replay_receivers.formats.taking import take_chunks

_NO_TRACE_ID = bytes(16)
_NO_SPAN_ID = bytes(8)


@dataclass(frozen=True, slots=True)
class Sifted:
    """What was left out of a request."""

    chunks: tuple[Chunk, ...] = ()
    rejected: int = 0
    """Records that nothing becomes of."""
    message: str = ""
    """Why; empty when none was rejected."""

    @property
    def changed(self) -> bool:
        """Whether the request is another one now."""
        return bool(self.chunks or self.rejected)


def keep_all(_request: Any, _received_ms: int) -> Sifted:
    """For signals whose records are all fit for rows."""
    return Sifted()


def reject_spans_without_ids(request: Any, _received_ms: int) -> Sifted:
    """Leaves out spans that have no place in any trace."""
    rejected = 0
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            fit = [span for span in scope.spans if _has_ids(span)]
            if len(fit) < len(scope.spans):
                rejected += len(scope.spans) - len(fit)
                # Not one by one: each deletion would move all that follow.
                kept = type(scope)(spans=fit).spans
                del scope.spans[:]
                scope.spans.MergeFrom(kept)
    message = (
        f"{rejected} spans rejected: a span needs a trace_id of 16 bytes and a span_id of 8 bytes,"
        " neither of them all zero"
    )
    return Sifted(rejected=rejected, message=message if rejected else "")


def _has_ids(span: Any) -> bool:
    trace_id, span_id = span.trace_id, span.span_id
    return (
        len(trace_id) == 16
        and len(span_id) == 8
        and trace_id != _NO_TRACE_ID
        and span_id != _NO_SPAN_ID
    )


def take_replay(request: Any, received_ms: int) -> Sifted:
    """Takes replay chunks out of a logs request."""
    chunks, problems = take_chunks(request, received_ms)
    message = f"{len(problems)} replay chunks rejected: {problems[0]}" if problems else ""
    return Sifted(tuple(chunks), len(problems), message)
