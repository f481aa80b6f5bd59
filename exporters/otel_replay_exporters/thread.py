"""A thread that runs one call after the other for an event loop."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

R = TypeVar("R")

_Call = tuple[Callable[[], Any], "asyncio.Future[Any]", asyncio.AbstractEventLoop]


class CallThread:
    """Unlike an executor's, the thread does not keep the process from ending: a call that storage
    leaves hanging may be given up."""

    def __init__(self, name: str) -> None:
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, call: Callable[[], R]) -> asyncio.Future[R]:
        """Runs `call` after those before it; the future belongs to the running event loop."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[R] = loop.create_future()
        self._calls.put((call, future, loop))
        return future

    def close(self) -> None:
        """Ends the thread after the calls that were submitted."""
        self._calls.put(None)

    def _run(self) -> None:
        while entry := self._calls.get():
            call, future, loop = entry
            try:
                result, error = call(), None
            except Exception as exc:  # noqa: BLE001 - the future carries it
                result, error = None, exc
            # The loop may be gone by the time a call that was given up ends.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(_finish, future, result, error)
            # Else what was written stays in memory until the next call.
            del entry, call, future, result, error


def _finish(future: asyncio.Future[Any], result: Any, error: Exception | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
