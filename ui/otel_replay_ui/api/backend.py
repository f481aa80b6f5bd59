"""What the API reads from."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from otel_replay.erasure.retention import Retention
from otel_replay.instruments import Instruments
from otel_replay.status.overview import nothing_wrong
from otel_replay.storage.blobs import BlobStore
from otel_replay.storage.clickhouse import Database
from otel_replay_ui.api.manifests import Manifests


@dataclass(frozen=True)
class Backend:
    """A project's database and blobs."""

    database: Database
    blobs: BlobStore
    clock: Callable[[], float] = time.time
    """Seconds since the epoch."""
    project: str = ""
    """As in the figures; the database's name when empty."""
    instruments: Instruments = field(default_factory=Instruments)
    """Figures of this process."""
    problems: Callable[[], list[str]] = nothing_wrong
    """What keeps this process from being ready."""
    manifests: Manifests = field(default_factory=Manifests)

    retention: Retention = Retention()
    """Of projects that have set nothing at run time."""

    def now_ms(self) -> int:
        return int(self.clock() * 1000)
