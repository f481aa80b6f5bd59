"""The one way of an export request through the receiver, whatever brings it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from otel_replay.memory import MemoryGuard
from otel_replay.telemetry import SignalName
from otel_replay_receivers.access.access import Access
from otel_replay_receivers.access.sender import EVERYBODY, Sender
from otel_replay_receivers.otlp.figures import Figures, Outcome, Transport
from otel_replay_receivers.otlp.service import OtlpService
from otel_replay_receivers.otlp.status import (
    DEADLINE_EXCEEDED,
    Failure,
    Refusal,
    failure_of,
    unavailable,
)

logger = logging.getLogger(__name__)

Take = Callable[[int], None]
"""Accounts for a part of a body that has been read; raises RetryableError when there is no room."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """An export request whose body has yet to be read."""

    signal: SignalName
    transport: Transport
    headers: Mapping[str, str]
    """Names in lower case."""
    read: Callable[[Take], Awaitable[bytes]]
    """Reads the body and decompresses it."""
    deadline: float
    """Time of the event loop by which the body must have been read."""
    declared_bytes: int = 0
    """Size of the body as sent, 0 when not known."""
    is_json: bool = False


class Reception:
    """Checks who sends, and whether there is room, before a body is read; then has it stored."""

    def __init__(
        self, service: OtlpService, access: Access, memory: MemoryGuard, figures: Figures
    ) -> None:
        self._service, self._access, self._memory = service, access, memory
        self._figures = figures
        self._stopping = False
        self._under_way = 0
        self._idle = asyncio.Event()
        self._reading: set[asyncio.Timeout] = set()

    def drain(self) -> None:
        """From now on new requests are refused, for other processes to take."""
        self._stopping = True

    async def wait_until_idle(self, longest_s: float) -> None:
        """Returns when every request under way has its answer, or the time is over."""
        self._idle.clear()
        if self._under_way:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(longest_s):
                    await self._idle.wait()

    @property
    def stopping(self) -> bool:
        """Whether `drain` has been called."""
        return self._stopping

    def relieve(self) -> None:
        """Gives up what is being read while memory is at its limit. To be called now and then."""
        if self._memory.level() == "hard":
            for timeout in self._reading:
                timeout.reschedule(asyncio.get_running_loop().time())

    def admit_reader(self, headers: Mapping[str, str]) -> Sender:
        """Who asks for something, counted as one of its requests. Raises Refusal."""
        self._check_stopping()
        sender = self._access.sender(headers)
        sender.admit(0)
        return sender

    async def receive(self, arrival: Arrival) -> Any:
        """Stores the request; returns the response message. Raises Refusal and nothing else."""
        sender = EVERYBODY
        with self._counted(), self._figures.under_way(arrival.signal, arrival.transport):
            try:
                self._check_stopping()
                sender = self._access.sender(arrival.headers)
                return await self._receive(arrival, sender)
            except Exception as exc:  # noqa: BLE001 - the sender gets a status, whatever happens
                failure = failure_of(exc)
                self._note(arrival, sender, failure)
                raise Refusal(failure) from exc

    async def _receive(self, arrival: Arrival, sender: Sender) -> Any:
        sender.admit(arrival.declared_bytes)
        await self._memory.admit()
        with contextlib.ExitStack() as body:
            data = await self._read(arrival, body.enter_context(self._memory.body()))
            size = len(data)
            self._figures.arrived(sender.project, arrival.signal, arrival.transport, size)
            with sender.charged(size):
                response, records = await self._service.export(
                    arrival.signal,
                    data,
                    sender,
                    arrival.transport,
                    is_json=arrival.is_json,
                    decoded=body.close,  # From now on it counts among what waits for storage.
                )
                self._figures.answered(sender.project, sender.key, arrival.signal, records, size)
        return response

    async def _read(self, arrival: Arrival, take: Take) -> bytes:
        loop = asyncio.get_running_loop()
        timeout = asyncio.timeout_at(arrival.deadline)
        try:
            async with timeout:
                self._reading.add(timeout)
                return await arrival.read(take)
        except TimeoutError as exc:
            if loop.time() < arrival.deadline:
                raise self._memory.refusal() from exc
            raise Refusal(_TOO_SLOW) from exc
        finally:
            self._reading.discard(timeout)

    @contextlib.contextmanager
    def _counted(self) -> Iterator[None]:
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()

    def _check_stopping(self) -> None:
        if self._stopping:
            raise unavailable("the receiver is stopping: send again", "stopping")

    def _note(self, arrival: Arrival, sender: Sender, failure: Failure) -> None:
        if failure.http_status == 500:
            logger.exception("a %s request failed unexpectedly", arrival.signal)
        outcome: Outcome = "failed" if failure.retry_after_s is None else "refused"
        self._figures.refused(sender.project, sender.key, arrival.signal, outcome, failure.reason)


_TOO_SLOW = Failure(
    DEADLINE_EXCEEDED,
    408,
    "the request did not arrive whole in time: send less at once, or set request_timeout_s higher",
    "timeout",
    closes=True,
)
