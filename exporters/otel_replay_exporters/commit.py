"""Group commit: items from many callers are written together, and each caller waits for its own.

One part per insert kills ClickHouse, and one object per request is dear on S3; what is waiting when
a write begins goes with it. While one write is under way the next batch gathers.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from otel_replay.errors import InvalidDataError, OverloadedError, RetryableError
from otel_replay.storage.clickhouse import QueryError

logger = logging.getLogger(__name__)

T = TypeVar("T")

# ClickHouse's error numbers that tell of its own state, not of the data: such a batch may succeed
# later as it is. https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp
SERVER_STATE_CODES = frozenset(
    {
        *(10, 16, 49, 60, 74, 75, 76, 81, 159, 164, 198, 202, 209, 210, 236, 241, 242, 243, 252),
        *(253, 319, 335, 373, 394, 425, 439, 492, 497, 516, 529, 574, 665, 999, 1000, 1001, 1002),
    }
)

# A smaller batch may do with less.
_OUT_OF_MEMORY = 241


@dataclass(frozen=True)
class CommitLimits:
    """When a batch is written, and how much may wait."""

    max_delay_s: float = 0.25
    """An item waits at most this long for others before its write begins."""
    max_batch_bytes: int = 32 * 1024 * 1024
    """A batch of this size is written at once. One bigger item travels alone."""
    max_waiting_bytes: int = 128 * 1024 * 1024
    """Above this, callers wait for room."""
    max_wait_s: float = 10.0
    """Callers that found no room for so long are refused."""


class _Waiting(Generic[T]):
    __slots__ = ("done", "item", "since", "size")

    def __init__(self, item: T, size: int, done: asyncio.Future[None]) -> None:
        self.item, self.size, self.done = item, size, done
        self.since = time.monotonic()


class GroupCommit(Generic[T]):
    """Writes items in batches, one batch at a time. Use it from one event loop.

    `write` runs in a thread; when it returns, the batch is durable. It raises RetryableError or
    QueryError, and then nothing of the batch counts as stored.
    """

    def __init__(
        self, name: str, write: Callable[[Sequence[T]], None], limits: CommitLimits | None = None
    ) -> None:
        self.name = name
        self._write = write
        self._limits = limits or CommitLimits()
        self._waiting: deque[_Waiting[T]] = deque()
        self._waiting_bytes = 0
        self._writing_bytes = 0
        self._news = asyncio.Event()
        self._room = asyncio.Condition()
        self._closing = False
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=f"commit-{name}")
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to commit, on the running event loop."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name=self.name)

    async def close(self) -> None:
        """Writes what is waiting, then stops."""
        self._closing = True
        self._news.set()
        if self._task is not None:
            await self._task
        self._executor.shutdown()

    async def submit(self, item: T, size: int) -> None:
        """Returns once `item`, of about `size` bytes, is durable.

        Raises InvalidDataError when this very item cannot be stored, OverloadedError when too much
        is waiting, and other RetryableErrors of the write.
        """
        await self._wait_for_room(size)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(item, size, done))
        self._waiting_bytes += size
        self._news.set()
        await done

    async def _wait_for_room(self, size: int) -> None:
        if self._has_room(size):
            return
        try:
            async with asyncio.timeout(self._limits.max_wait_s), self._room:
                await self._room.wait_for(lambda: self._has_room(size))
        except TimeoutError as exc:
            raise OverloadedError(
                f"{self._waiting_bytes >> 20} MiB of {self.name} wait for storage, which is the"
                " limit: try again later",
                retry_after_s=5,
            ) from exc

    def _has_room(self, size: int) -> bool:
        used = self._waiting_bytes + self._writing_bytes
        return not used or used + size <= self._limits.max_waiting_bytes

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
        deadline = self._waiting[0].since + self._limits.max_delay_s
        while (
            not self._closing
            and self._waiting_bytes < self._limits.max_batch_bytes
            and (left := deadline - time.monotonic()) > 0
        ):
            self._news.clear()
            try:
                async with asyncio.timeout(left):
                    await self._news.wait()
            except TimeoutError:
                return

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
        try:
            await self._write_or_split(batch)
        finally:
            self._writing_bytes = 0
            async with self._room:
                self._room.notify_all()

    async def _write_or_split(self, batch: list[_Waiting[T]]) -> None:
        """Writes the batch; one that ClickHouse refuses is halved until the culprit is alone."""
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._executor, self._write, [w.item for w in batch])
        except QueryError as exc:
            if len(batch) > 1 and (exc.code == _OUT_OF_MEMORY or not _is_server_state(exc)):
                middle = len(batch) // 2
                await self._write_or_split(batch[:middle])
                await self._write_or_split(batch[middle:])
            elif _is_server_state(exc):
                logger.error("%s: ClickHouse cannot store now: %s", self.name, exc)
                _fail(batch, RetryableError(f"storage is in trouble: {_first_line(exc)}", 5))
            else:
                logger.warning("%s: ClickHouse refuses a request: %s", self.name, exc)
                _fail(batch, InvalidDataError(f"storage refuses this request: {_first_line(exc)}"))
        except RetryableError as exc:
            logger.error("%s: %s", self.name, exc)
            _fail(batch, exc)
        except Exception as exc:  # noqa: BLE001 - any failure must reach those who wait
            logger.exception("%s: a write failed unexpectedly", self.name)
            _fail(batch, RetryableError(f"storage failed: {type(exc).__name__}", 5))
        else:
            for waiting in batch:
                if not waiting.done.done():
                    waiting.done.set_result(None)


def _is_server_state(error: QueryError) -> bool:
    """Whether the same data may be stored later. A limit of the query's own is the data's fault."""
    if error.code == _OUT_OF_MEMORY and "Query memory limit" in str(error):
        return False
    return error.code in SERVER_STATE_CODES


def _fail(batch: Sequence[_Waiting[T]], error: Exception) -> None:
    for waiting in batch:
        if not waiting.done.done():
            waiting.done.set_exception(error)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:300]
