"""Takes replay data out of a logs request: each scope of a recorder has its format."""

from __future__ import annotations

from typing import Any

from otel_replay.errors import InvalidDataError
from otel_replay.semconv import RECORDER_SCOPE
from otel_replay.sessions.chunks import Chunk
from otel_replay_receivers.formats import recorder


def take_chunks(request: Any, received_ms: int) -> tuple[list[Chunk], list[str]]:
    """Moves replay chunks out of the request; returns them, and what was wrong with the others."""
    chunks: list[Chunk] = []
    problems: list[str] = []
    for resource in request.resource_logs:
        for scope in resource.scope_logs:
            if scope.scope.name != RECORDER_SCOPE:
                continue
            rest = []
            for record in scope.log_records:
                if not recorder.is_chunk(record):
                    rest.append(record)
                    continue
                try:
                    chunks.append(recorder.chunk(record, resource.resource, received_ms))
                except InvalidDataError as exc:
                    problems.append(str(exc))
            if len(rest) < len(scope.log_records):
                kept = [record.SerializeToString() for record in rest]
                del scope.log_records[:]
                for serialized in kept:
                    scope.log_records.add().MergeFromString(serialized)
    return chunks, problems
