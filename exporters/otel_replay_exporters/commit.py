"""Group commit: items from many callers are written together, and each caller waits for its own.

One part per insert kills ClickHouse, and one object per request is dear on S3; what is waiting when
a write begins goes with it. While one write is under way the next batch gathers.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from otel_replay import semconv
from otel_replay.errors import (
    OtelReplayError,
    OverloadedError,
    RetryableError,
    UnavailableError,
)
from otel_replay.self_telemetry import storage_span
from otel_replay_exporters.figures import CommitFigures
from otel_replay_exporters.pace import PutPace
from otel_replay_exporters.split import Part, Write, new_token, write_in_parts
from otel_replay_exporters.spool import Backlog, Batch
from otel_replay_exporters.thread import CallThread

logger = logging.getLogger(__name__)

T = TypeVar("T")

_COMPLAINT_S = 5.0
_LEAST_PATIENCE_S = 1.0


@dataclass(frozen=True)
class CommitLimits:
    """When a batch is written, and how much may wait."""

    max_delay_s: float = 0.25
    """An item waits at most this long for others before its write begins."""
    max_hold_s: float = 5.0
    """Where a pace is set, an item waits for it at most this long. What is left of the 10 s after
    which senders give up is for the write."""
    max_batch_bytes: int = 32 * 1024 * 1024
    """A batch of this size is written at once. One bigger item travels alone."""
    max_waiting_bytes: int = 128 * 1024 * 1024
    """Above this, callers wait for room. They too may hold this much, not more."""
    max_wait_s: float = 10.0
    """Callers that found no room for so long are refused."""
    patience_s: float = 8.0
    """A write that takes longer goes to the spool, where there is one: senders give up after 10 s,
    the default timeout of OTLP exporters."""


class _Waiting(Generic[T]):
    __slots__ = ("done", "item", "since", "size")

    def __init__(self, item: T, size: int, done: asyncio.Future[None]) -> None:
        self.item, self.size, self.done = item, size, done
        self.since = time.monotonic()


class GroupCommit(Generic[T]):
    """Writes items in batches, one batch at a time. Use it from one event loop.

    `write` runs in a thread; see `otel_replay_exporters.split.Write` for its promise.
    """

    def __init__(
        self,
        name: str,
        write: Write[T],
        limits: CommitLimits | None = None,
        *,
        backlog: Backlog[T] | None = None,
        figures: CommitFigures | None = None,
        pace: PutPace | None = None,
        stored: Callable[[Sequence[T]], None] = lambda _items: None,
    ) -> None:
        """Batches go to `backlog` while storage is away; without one, callers are told to try
        again. Batches that are not full wait until `pace` says that one is due. `stored` hears of
        items that were written here, not of those of the backlog."""
        self.name = name
        self._write = write
        self._limits = limits or CommitLimits()
        self._backlog = backlog
        self._figures = figures or CommitFigures()
        self._pace = pace
        self._stored = stored
        self._waiting: deque[_Waiting[T]] = deque()
        self._waiting_bytes = 0
        self._writing_bytes = 0
        self._blocked_bytes = 0
        self._news = asyncio.Event()
        self._room = asyncio.Condition()
        self._closing = False
        self._thread = CallThread(f"commit-{name}")
        self._next_complaint = 0.0
        self._held_s = 0.0
        self._given_up: asyncio.Future[list[Part[T]]] | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to commit, on the running event loop."""
        self._figures.capacity(self._limits.max_waiting_bytes)
        if self._backlog is not None:
            self._backlog.start()
        self._task = asyncio.get_running_loop().create_task(self._run(), name=self.name)

    async def close(self) -> None:
        """Writes what is waiting, then stops."""
        self._closing = True
        self._news.set()
        if self._task is not None:
            await self._task
        self._thread.close()
        if self._backlog is not None:
            await self._backlog.stop()

    async def submit(self, item: T, size: int) -> None:
        """Returns once `item`, of about `size` bytes, is durable.

        Raises InvalidDataError when this very item cannot be stored, OverloadedError when too much
        is waiting, and other RetryableErrors of the write.
        """
        await self._wait_for_room(size)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(item, size, done))
        self._waiting_bytes += size
        self._show_queue()
        self._news.set()
        await done

    async def _wait_for_room(self, size: int) -> None:
        if self._has_room(size):
            return
        if self._blocked_bytes and self._blocked_bytes + size > self._limits.max_waiting_bytes:
            raise self._overloaded("and as much again waits for room")
        self._blocked_bytes += size
        try:
            async with asyncio.timeout(self._limits.max_wait_s), self._room:
                await self._room.wait_for(lambda: self._has_room(size))
        except TimeoutError as exc:
            raise self._overloaded(f"for {self._limits.max_wait_s:g} s") from exc
        finally:
            self._blocked_bytes -= size

    def _overloaded(self, how: str) -> OverloadedError:
        used = (self._waiting_bytes + self._writing_bytes) >> 20
        return OverloadedError(
            f"{used} MiB of {self.name} wait for storage, which is the limit, {how}: try again"
            " later",
            retry_after_s=5,
        )

    def _has_room(self, size: int) -> bool:
        used = self._waiting_bytes + self._writing_bytes
        return not used or used + size <= self._limits.max_waiting_bytes

    def _show_queue(self) -> None:
        self._figures.queue(len(self._waiting), self._waiting_bytes + self._writing_bytes)

    async def _run(self) -> None:
        while self._waiting or not self._closing:
            if not self._waiting:
                self._news.clear()
                await self._news.wait()
                continue
            await self._gather()
            await self._commit(self._take())

    async def _gather(self) -> None:
        """Waits until the oldest item has waited long enough, or a batch is full."""
        due = max(time.monotonic(), self._waiting[0].since + self._limits.max_delay_s)
        while (
            not self._closing
            and self._waiting_bytes < self._limits.max_batch_bytes
            and (left := self._left_s()) > 0
        ):
            self._news.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._news.wait()
        self._held_s = max(0.0, time.monotonic() - due) if self._pace else 0.0

    def _left_s(self) -> float:
        """How long the oldest item may wait for others from now on."""
        waited = time.monotonic() - self._waiting[0].since
        left = self._limits.max_delay_s - waited
        if self._pace is None:
            return left
        return max(left, min(self._pace.wait_s(), self._limits.max_hold_s - waited))

    def _take(self) -> list[_Waiting[T]]:
        batch: list[_Waiting[T]] = []
        size = 0
        while self._waiting:
            following = self._waiting[0].size
            if batch and size + following > self._limits.max_batch_bytes:
                break
            batch.append(self._waiting.popleft())
            size += following
        self._waiting_bytes -= size
        self._writing_bytes = size
        return batch

    async def _commit(self, batch: list[_Waiting[T]]) -> None:
        started = time.monotonic()
        outcome = "failed"
        about = {semconv.BATCH_REQUESTS: len(batch), semconv.BATCH_BYTES: self._writing_bytes}
        try:
            with storage_span(f"commit {self.name}", about) as span:
                outcome = await self._store(batch)
                span.set_attribute(semconv.OUTCOME, outcome)
        except Exception as exc:
            logger.exception("%s: a commit failed unexpectedly", self.name)
            _answer(batch, RetryableError(f"storage failed: {type(exc).__name__}", 5))
        finally:
            seconds = time.monotonic() - started
            self._figures.batch(len(batch), self._writing_bytes, seconds, outcome)
            self._writing_bytes = 0
            self._show_queue()
            async with self._room:
                self._room.notify_all()

    async def _store(self, batch: list[_Waiting[T]]) -> str:
        """Answers all of the batch; returns the outcome for the figures."""
        items = [waiting.item for waiting in batch]
        if not await self._may_write_directly():
            return await self._spool(batch, Batch(items, new_token()))
        start = 0
        outcomes = []
        for part in await self._parts(items):
            callers = batch[start : start + len(part.items)]
            start += len(part.items)
            outcomes.append(await self._settle(callers, part))
        return outcomes[0] if len(outcomes) == 1 else "split"

    async def _may_write_directly(self) -> bool:
        """What came first is stored first: nothing passes the spool."""
        if self._backlog is None:
            return True
        if self._given_up is not None and not self._given_up.done():
            return False
        return self._backlog.is_clear or await self._backlog.wait_until_clear(
            self._limits.patience_s / 4
        )

    async def _parts(self, items: list[T]) -> list[Part[T]]:
        token = new_token()
        writing = self._thread.submit(lambda: write_in_parts(self._write, items, token))
        if self._backlog is None:
            return await writing
        # Those who were held back have waited already.
        patience_s = max(self._limits.patience_s - self._held_s, _LEAST_PATIENCE_S)
        done, _ = await asyncio.wait({writing}, timeout=patience_s)
        if done:
            return writing.result()
        self._given_up = writing
        message = f"ClickHouse or the blob store has not answered for {patience_s:.0f} s"
        return [Part(items, token, UnavailableError(message, 5), later=True)]

    async def _settle(self, callers: list[_Waiting[T]], part: Part[T]) -> str:
        if part.error is None:
            self._stored(part.items)
        elif part.later and self._backlog is not None:
            self._complain(f"into the spool: {part.error}")
            return await self._spool(callers, Batch(part.items, part.token, attempted=True))
        else:
            self._complain(f"{len(callers)} requests not stored: {part.error}")
        _answer(callers, part.error)
        return "failed" if part.error else "stored"

    def _complain(self, message: str) -> None:
        """Logs it, unless something was logged a moment ago: an outage fails many batches."""
        now = time.monotonic()
        if now >= self._next_complaint:
            self._next_complaint = now + _COMPLAINT_S
            logger.warning("%s: %s", self.name, message)

    async def _spool(self, callers: list[_Waiting[T]], batch: Batch[T]) -> str:
        assert self._backlog is not None
        try:
            await self._backlog.put(batch)
        except RetryableError as exc:
            self._complain(str(exc))
            _answer(callers, exc)
            return "failed"
        _answer(callers, None)
        return "spooled"


def _answer(callers: Sequence[_Waiting[T]], error: OtelReplayError | None) -> None:
    for waiting in callers:
        if waiting.done.done():
            continue
        if error is None:
            waiting.done.set_result(None)
        else:
            waiting.done.set_exception(error)
