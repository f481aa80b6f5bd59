"""A sampler that bounds what is traced by time, not by share: quiet times are traced whole."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from opentelemetry.context import Context
from opentelemetry.sdk.trace.sampling import Decision, Sampler, SamplingResult
from opentelemetry.trace import Link, SpanKind, TraceState
from opentelemetry.util.types import Attributes


class AtMost(Sampler):
    """Takes so many spans of each name per second."""

    def __init__(self, per_second: int, clock: Callable[[], float]) -> None:
        """`clock` gives seconds."""
        self._per_second = per_second
        self._clock = clock
        self._lock = threading.Lock()
        self._second = 0
        self._taken: dict[str, int] = {}

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        if self._takes(name):
            return SamplingResult(Decision.RECORD_AND_SAMPLE, attributes)
        return SamplingResult(Decision.DROP)

    def _takes(self, name: str) -> bool:
        second = int(self._clock())
        with self._lock:
            if second != self._second:
                self._second, self._taken = second, {}
            self._taken[name] = self._taken.get(name, 0) + 1
            return self._taken[name] <= self._per_second

    def get_description(self) -> str:
        return f"AtMost({self._per_second} per second of a name)"
