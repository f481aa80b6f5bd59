"""The figures of one commit queue."""

from __future__ import annotations

from otel_replay.instruments import Instruments


class CommitFigures:
    """Feeds the instruments; without any, does nothing."""

    def __init__(
        self, instruments: Instruments | None = None, exporter: str = "", project: str = ""
    ) -> None:
        self._instruments = instruments
        self._labels = (exporter, project)

    def capacity(self, size_bytes: int) -> None:
        """How much may wait."""
        if self._instruments is not None:
            self._instruments.queue_capacity_bytes.labels(*self._labels).set(size_bytes)

    def queue(self, items: int, size_bytes: int) -> None:
        """What waits, and the size of that and of what is being stored."""
        if self._instruments is not None:
            self._instruments.queue_size.labels(*self._labels).set(items)
            self._instruments.queue_bytes.labels(*self._labels).set(size_bytes)

    def batch(self, items: int, size_bytes: int, seconds: float, outcome: str) -> None:
        """A batch was through: stored, spooled, split or failed."""
        if self._instruments is not None:
            self._instruments.batch_requests.labels(*self._labels).observe(items)
            self._instruments.batch_bytes.labels(*self._labels).observe(size_bytes)
            self._instruments.commit_seconds.labels(*self._labels, outcome).observe(seconds)

    def spooled(self, outcome: str, count: int) -> None:
        """Batches of the spool: written, drained, refused or damaged."""
        if self._instruments is not None:
            self._instruments.spooled.labels(self._labels[1], outcome).inc(count)
