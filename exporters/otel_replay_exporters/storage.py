"""The consumer that stores: requests in ClickHouse, replay chunks in packs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from otel_replay.sessions.chunks import Chunk
from otel_replay.storage.blobs import BlobStore
from otel_replay.storage.clickhouse import Database
from otel_replay.telemetry import ExportRequest
from otel_replay_exporters.blobs.packs import PackWriter
from otel_replay_exporters.clickhouse.inserter import OtlpInserter, create_ingest_tables
from otel_replay_exporters.clickhouse.signals import SIGNALS
from otel_replay_exporters.commit import CommitLimits, GroupCommit

__all__ = ["StorageConsumer", "create_ingest_tables"]


# Rows are ordinarily a few times as big as the request that they come from.
_ORDINARY_GROWTH = 8


def _size(request: ExportRequest) -> int:
    """What the request counts for in a batch, bytes."""
    return max(len(request.data), request.row_bytes // _ORDINARY_GROWTH)


class StorageConsumer:
    """An `otel_replay.telemetry.Consumer` over one project's database and blobs."""

    def __init__(
        self, database: Database, blobs: BlobStore, limits: CommitLimits | None = None
    ) -> None:
        self._requests = {
            name: GroupCommit(name, OtlpInserter(database, signal), limits)
            for name, signal in SIGNALS.items()
        }
        self._chunks: GroupCommit[Sequence[Chunk]] = GroupCommit(
            "replay", PackWriter(database, blobs), limits
        )

    def start(self) -> None:
        """Begins to commit, on the running event loop."""
        for commit in self._commits():
            commit.start()

    async def close(self) -> None:
        """Writes what is waiting, then stops."""
        for commit in self._commits():
            await commit.close()

    def _commits(self) -> list[GroupCommit[Any]]:
        return [*self._requests.values(), self._chunks]

    async def __call__(self, request: ExportRequest) -> None:
        waiting = []
        if request.chunks:
            size = sum(len(chunk.payload) for chunk in request.chunks)
            waiting.append(self._chunks.submit(request.chunks, size))
        if request.data:
            commit = self._requests[request.signal]
            waiting.append(commit.submit(request.data, _size(request)))
        if len(waiting) == 1:
            await waiting[0]
            return
        # Both are waited for to the end, whatever becomes of the other.
        results = await asyncio.gather(*waiting, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
