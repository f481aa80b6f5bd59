"""What the API reads from."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from otel_replay.storage.blobs import BlobStore
from otel_replay.storage.clickhouse import Database


@dataclass(frozen=True)
class Backend:
    """A project's database and blobs."""

    database: Database
    blobs: BlobStore
    clock: Callable[[], float] = time.time
    """Seconds since the epoch."""

    def now_ms(self) -> int:
        return int(self.clock() * 1000)
