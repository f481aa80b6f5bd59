"""The consumer that stores: requests in ClickHouse, replay chunks in packs."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from otel_replay.errors import OtelReplayError, OverloadedError, UnavailableError
from otel_replay.instruments import Instruments
from otel_replay.sessions.chunks import Chunk
from otel_replay.storage.blobs import BlobStore
from otel_replay.storage.blobs.counted import counted
from otel_replay.storage.clickhouse import Database, QueryError
from otel_replay.telemetry import ExportRequest, SignalName
from otel_replay_exporters.blobs.packs import PackWriter
from otel_replay_exporters.clickhouse.extraction import Signal
from otel_replay_exporters.clickhouse.inserter import OtlpInserter, create_ingest_tables
from otel_replay_exporters.clickhouse.repeat import Repeat
from otel_replay_exporters.clickhouse.signals import SIGNALS
from otel_replay_exporters.commit import CommitLimits, GroupCommit
from otel_replay_exporters.figures import CommitFigures
from otel_replay_exporters.pace import PutPace
from otel_replay_exporters.split import Write
from otel_replay_exporters.spool import CHUNKS, REQUESTS, Backlog, Codec, Spool, SpoolFolder
from otel_replay_exporters.thread import CallThread

__all__ = ["StorageConsumer", "create_ingest_tables"]

logger = logging.getLogger(__name__)

T = TypeVar("T")

# Rows are ordinarily a few times as big as the request that they come from.
_ORDINARY_GROWTH = 8
_REPLAY = "replay"
_LOOK_S = 5.0
_UNKNOWN_TABLE, _UNKNOWN_DATABASE = 60, 81


def _size(request: ExportRequest) -> int:
    """What the request counts for in a batch, bytes."""
    return max(len(request.data), request.row_bytes // _ORDINARY_GROWTH)


class StorageConsumer:
    """An `otel_replay.telemetry.Consumer` over one project's database and blobs."""

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        limits: CommitLimits | None = None,
        *,
        project: str = "",
        instruments: Instruments | None = None,
        spool: SpoolFolder | None = None,
        pace: PutPace | None = None,
        prepare: Callable[[], object] = lambda: None,
    ) -> None:
        """`prepare` makes the tables; it is called before the first write, until it succeeds, and
        again when a table is missing; `pace` is for packs. Raises ConfigError when the spool
        cannot be used."""
        self._database = database
        self._limits = limits
        self._project = project or database.address.database
        self._instruments = instruments
        self._spool = spool
        self._tables = _Tables(prepare)
        self._spools: list[Spool] = []
        self._requests: dict[SignalName, GroupCommit[ExportRequest]] = {
            signal: self._request_commit(OtlpInserter(database, s), s)
            for signal, s in SIGNALS.items()
        }
        packs = PackWriter(database, counted(blobs, instruments), pace)
        self._chunks: GroupCommit[Sequence[Chunk]] = self._commit(_REPLAY, packs, CHUNKS, pace=pace)
        self._thread = CallThread(f"tables-{self._project}")
        self._watching: asyncio.Task[None] | None = None

    def _request_commit(self, insert: OtlpInserter, signal: Signal) -> GroupCommit[ExportRequest]:
        repeat = Repeat(self._database, signal, insert)
        return self._commit(signal.name, _request_writer(insert), REQUESTS, repeat)

    def _commit(
        self,
        kind: str,
        write: Write[T],
        codec: Codec[T],
        repeat: Write[T] | None = None,
        pace: PutPace | None = None,
    ) -> GroupCommit[T]:
        figures = CommitFigures(self._instruments, kind, self._project)
        guarded = self._tables.guard(write)
        backlog = None
        if self._spool is not None:
            spool = self._spool.open(self._project, kind)
            self._spools.append(spool)
            backlog = Backlog(
                f"{self._project}/{kind}",
                spool,
                codec,
                guarded,
                repeat=self._tables.guard(repeat) if repeat else None,
                probe=self._probe,
                happened=figures.spooled,
                stored=self._count_sent,
            )
        return GroupCommit(
            kind,
            guarded,
            self._limits,
            backlog=backlog,
            figures=figures,
            pace=pace,
            stored=self._count_sent,
        )

    def _probe(self) -> None:
        self._tables.ensure()
        self._database.query("SELECT 1")

    def _count_sent(self, items: Sequence[Any]) -> None:
        if self._instruments is None:
            return
        for item in items:
            if isinstance(item, ExportRequest):
                sent = self._instruments.sent[item.signal]
                sent.labels(item.signal, self._project).inc(item.records)

    def start(self) -> None:
        """Begins to commit, on the running event loop."""
        for commit in self._commits():
            commit.start()
        self._watching = asyncio.get_running_loop().create_task(self._watch())

    async def close(self) -> None:
        """Writes what is waiting, to the spool if need be, then stops."""
        await asyncio.gather(*(commit.close() for commit in self._commits()))
        if self._watching is not None:
            self._watching.cancel()
        self._thread.close()

    def _commits(self) -> list[GroupCommit[Any]]:
        return [*self._requests.values(), self._chunks]

    async def _watch(self) -> None:
        """Makes the tables as soon as possible, and keeps the spool's age in the figures."""
        while True:
            await self._thread.submit(self._try_tables)
            if self._instruments is not None and self._spools:
                oldest = max(spool.oldest_s for spool in self._spools)
                self._instruments.spool_oldest_seconds.labels(self._project).set(oldest)
            await asyncio.sleep(_LOOK_S)

    def _try_tables(self) -> None:
        try:
            self._tables.ensure()
        except (OtelReplayError, OSError) as exc:
            logger.warning("%s: the tables are not ready: %s", self._project, exc)

    async def __call__(self, request: ExportRequest) -> None:
        waiting = []
        if request.chunks:
            size = sum(len(chunk.payload) for chunk in request.chunks)
            waiting.append(self._chunks.submit(request.chunks, size))
        if request.data:
            waiting.append(self._submit(request))
        if len(waiting) == 1:
            await waiting[0]
            return
        # Both are waited for to the end, whatever becomes of the other.
        results = await asyncio.gather(*waiting, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def _submit(self, request: ExportRequest) -> None:
        try:
            await self._requests[request.signal].submit(request, _size(request))
        except OverloadedError:
            self._count_failed("enqueue_failed", request)
            raise
        except OtelReplayError:
            self._count_failed("send_failed", request)
            raise

    def _count_failed(self, how: str, request: ExportRequest) -> None:
        if self._instruments is not None:
            failed = getattr(self._instruments, how)[request.signal]
            failed.labels(request.signal, self._project).inc(request.records)


class _Tables:
    """Makes the tables once, from whichever thread needs them first."""

    def __init__(self, prepare: Callable[[], object]) -> None:
        self._prepare = prepare
        self._lock = threading.Lock()
        self._ready = False

    def ensure(self) -> None:
        """Returns once the tables are there. Raises UnavailableError."""
        if self._ready:
            return
        with self._lock:
            if self._ready:
                return
            try:
                self._prepare()
            except QueryError as exc:
                # Whatever it is, no request is to blame.
                raise UnavailableError(f"the tables cannot be made: {exc}", 10) from exc
            self._ready = True

    def guard(self, write: Write[T]) -> Write[T]:
        """A write that first sees to the tables, and to those that are gone the next time."""

        def guarded(items: Sequence[T], token: str) -> None:
            self.ensure()
            try:
                write(items, token)
            except QueryError as exc:
                if exc.code in (_UNKNOWN_TABLE, _UNKNOWN_DATABASE):
                    self._ready = False
                raise

        return guarded


def _request_writer(inserter: OtlpInserter) -> Write[ExportRequest]:
    def write(requests: Sequence[ExportRequest], token: str) -> None:
        inserter([request.data for request in requests], token)

    return write
