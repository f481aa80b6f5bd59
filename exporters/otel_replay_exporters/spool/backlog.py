"""What waits on the disk, and the loop that stores it once storage is back."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from otel_replay.errors import OtelReplayError, RetryableError
from otel_replay.self_telemetry import span
from otel_replay_exporters.split import Part, Write, write_in_parts
from otel_replay_exporters.spool.batches import Batch, Codec, DamagedBatchError
from otel_replay_exporters.spool.framing import Damage, read_records
from otel_replay_exporters.spool.queue import SEGMENT_BYTES, Segment, Spool
from otel_replay_exporters.thread import CallThread

logger = logging.getLogger(__name__)

T = TypeVar("T")

_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 5.0
_STOP_S = 5.0
# What one more file may hold: the loop is through with it soon, so new batches can wait for that.
_NEARLY_CLEAR_BYTES = SEGMENT_BYTES


class Backlog(Generic[T]):
    """Takes batches that cannot be stored now, and stores them in order as soon as they can be.

    Use it from one event loop.
    """

    def __init__(
        self,
        name: str,
        spool: Spool,
        codec: Codec[T],
        write: Write[T],
        *,
        repeat: Write[T] | None = None,
        probe: Callable[[], None] = lambda: None,
        happened: Callable[[str, int], None] = lambda _outcome, _count: None,
        stored: Callable[[Sequence[T]], None] = lambda _items: None,
    ) -> None:
        """`repeat` writes what may be stored already; `write` does by default.

        `probe` raises RetryableError while there is no use in writing. `happened` hears of
        batches written, drained, refused and damaged; `stored` of items that came through."""
        self._name = name
        self._spool = spool
        self._codec = codec
        self._write = write
        self._repeat = repeat or write
        self._probe = probe
        self._happened = happened
        self._stored = stored
        self._news = asyncio.Event()
        self._clear = asyncio.Event()
        self._stopping = asyncio.Event()
        self._away = not spool.is_empty
        self._reported: set[str] = set()
        # The process before this one may have ended in the middle of any of these.
        self._tried = set(spool.names)
        self._appending = CallThread(f"spool-{name}")
        self._draining = CallThread(f"drain-{name}")
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to drain, on the running event loop."""
        if self._spool.is_empty:
            self._clear.set()
        else:
            size = self._spool.size_bytes
            logger.warning("%s: %d bytes wait in the spool from before", self._name, size)
        self._task = asyncio.get_running_loop().create_task(self._run(), name=f"drain {self._name}")

    async def stop(self) -> None:
        """Ends after the write under way, or without it when storage does not answer."""
        self._stopping.set()
        self._news.set()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=_STOP_S)
            self._task.cancel()
        self._appending.close()
        self._draining.close()
        self._spool.close()

    @property
    def is_clear(self) -> bool:
        """Nothing waits, so that a new batch may go to storage directly."""
        return self._clear.is_set()

    async def wait_until_clear(self, timeout_s: float) -> bool:
        """Waits while there is little left and it is moving; whether nothing is left."""
        if not self._away and self._spool.size_bytes <= _NEARLY_CLEAR_BYTES:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(timeout_s):
                    await self._clear.wait()
        return self.is_clear

    async def put(self, batch: Batch[T]) -> None:
        """Returns once the batch is on the disk. Raises SpoolFullError."""
        self._clear.clear()
        try:
            await self._appending.submit(lambda: self._spool.append(self._codec.encode(batch)))
        finally:
            self._news.set()
        # The loop may have found nothing while the record was being written.
        self._clear.clear()
        self._happened("written", 1)

    async def _run(self) -> None:
        pause_s = _FIRST_PAUSE_S
        while not self._stopping.is_set():
            self._news.clear()
            if self._spool.is_empty:
                self._clear.set()
                await self._news.wait()
                continue
            try:
                await self._draining.submit(self._drain_oldest)
            except Exception as exc:  # noqa: BLE001 - it must go on, whatever happens
                if self._note_trouble(exc):
                    pause_s = _FIRST_PAUSE_S
                await self._pause(pause_s * random.uniform(0.75, 1.25))
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
            else:
                pause_s = _FIRST_PAUSE_S

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    def _note_trouble(self, error: Exception) -> bool:
        """Whether something came out of the spool before it."""
        if not isinstance(error, OtelReplayError | OSError):
            logger.error("%s: draining the spool failed", self._name, exc_info=error)
        elif not self._away:
            logger.warning("%s: the spool waits for storage: %s", self._name, error)
        moved, self._away = not self._away, True
        return moved

    def _drain_oldest(self) -> None:
        """Stores the oldest file's batches. Raises RetryableError when storage is away."""
        self._probe()
        segment = self._spool.oldest()
        if segment is not None:
            with span(f"drain {self._name}"):
                self._drain(segment)

    def _drain(self, segment: Segment) -> None:
        batches = self._batches(segment)
        tried = segment.name in self._tried
        self._tried.add(segment.name)
        for number, batch in enumerate(batches):
            write = self._repeat if tried or batch.attempted else self._write
            parts = write_in_parts(write, batch.items, batch.token)
            self._settle(parts)
            if parts[-1].later:
                if number or len(parts) > 1:
                    self._keep(segment, parts, batches[number + 1 :])
                raise RetryableError(str(parts[-1].error))
        self._spool.remove(segment)
        self._reported.discard(segment.name)
        self._tried.discard(segment.name)
        logger.info("%s: %d batches came out of the spool", self._name, len(batches))

    def _settle(self, parts: Sequence[Part[T]]) -> None:
        if self._away and not parts[0].later:
            logger.warning("%s: storage is back, the spool is drained", self._name)
            self._away = False
        for part in parts:
            if part.error is None:
                self._stored(part.items)
                self._happened("drained", 1)
            elif not part.later:
                self._set_refused_aside(part)

    def _keep(self, segment: Segment, parts: Sequence[Part[T]], rest: Sequence[Batch[T]]) -> None:
        """What is stored already need not be tried again, nor be cut in another way.

        Under the same tokens: one that is made anew could be that of a batch which is stored.
        """
        left = [(part.items, part.token) for part in parts if part.later]
        left += [(batch.items, batch.token) for batch in rest]
        batches = [Batch(items, token, attempted=True) for items, token in left]
        self._spool.replace(segment, [self._codec.encode(batch) for batch in batches])

    def _set_refused_aside(self, part: Part[T]) -> None:
        data = self._codec.encode(Batch(part.items, part.token))
        path = self._spool.set_aside(f"{part.token}.refused", data)
        self._happened("refused", 1)
        logger.error(
            "%s: storage refuses what was acknowledged while it was away (%s); it is kept in %s",
            self._name,
            part.error,
            path,
        )

    def _batches(self, segment: Segment) -> list[Batch[T]]:
        """The file's batches; those that were never attempted are joined into bigger ones.

        The same file gives the same batches with the same tokens every time.
        """
        batches: list[Batch[T]] = []
        joined: list[T] = []
        for batch in self._whole_batches(segment):
            if not batch.attempted:
                joined.extend(batch.items)
                continue
            if joined:
                batches.append(Batch(joined, f"{segment.name}-{len(batches)}"))
                joined = []
            batches.append(batch)
        if joined:
            batches.append(Batch(joined, f"{segment.name}-{len(batches)}"))
        return batches

    def _whole_batches(self, segment: Segment) -> list[Batch[T]]:
        """What can be read of the file; the rest is set aside."""
        try:
            data = segment.read()
        except OSError as exc:
            path = self._spool.move_aside(segment)
            self._happened("damaged", 1)
            logger.error("%s: the spool's file cannot be read (%s): %s", self._name, exc, path)
            raise
        batches: list[Batch[T]] = []
        damaged: list[tuple[bytes, str]] = []
        for record in read_records(data):
            if isinstance(record, Damage):
                damaged.append((record.data, str(record)))
                continue
            try:
                batches.append(self._codec.decode(record))
            except DamagedBatchError as exc:
                damaged.append((record, str(exc)))
        if damaged and segment.name not in self._reported:
            self._set_damaged_aside(segment, damaged)
            self._reported.add(segment.name)
        return batches

    def _set_damaged_aside(self, segment: Segment, damaged: Sequence[tuple[bytes, str]]) -> None:
        for number, (data, what) in enumerate(damaged):
            path = self._spool.set_aside(f"{segment.name}-{number}.damaged", data)
            self._happened("damaged", 1)
            logger.error("%s: damage in the spool, %s; it is kept in %s", self._name, what, path)
