"""Takes replay data out of a logs request: each recorder's scope has its format."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from otel_replay.semconv import RECORDER_SCOPE, RUM_REPLAY_SCOPE, SPLUNK_REPLAY_SCOPE
from otel_replay.sessions.chunks import Chunk
from otel_replay_receivers.formats import recorder, rum
from otel_replay_receivers.formats.taken import Taken

Format = Callable[[Sequence[Any], Any, int], Taken]
"""Records of a scope, their resource, and our clock in ms, to what was found among them."""

FORMATS: Mapping[str, Format] = {
    RECORDER_SCOPE: recorder.take,
    RUM_REPLAY_SCOPE: rum.take,
    SPLUNK_REPLAY_SCOPE: rum.take,
}


def take_chunks(request: Any, received_ms: int) -> tuple[list[Chunk], list[str]]:
    """Moves replay chunks out of the request; returns them, and what was wrong with the others."""
    chunks: list[Chunk] = []
    problems: list[str] = []
    for resource in request.resource_logs:
        for scope in resource.scope_logs:
            take = FORMATS.get(scope.scope.name)
            if take is None:
                continue
            taken = take(scope.log_records, resource.resource, received_ms)
            chunks += taken.chunks
            problems += taken.problems
            if len(taken.rest) < len(scope.log_records):
                _keep(scope.log_records, taken.rest)
    return chunks, problems


def _keep(records: Any, rest: Sequence[Any]) -> None:
    kept = [record.SerializeToString() for record in rest]
    del records[:]
    for serialized in kept:
        records.add().MergeFromString(serialized)
