"""Writes a batch and says what became of each part of it.

A batch that ClickHouse refuses is halved until the item at fault stands alone. Each half has a
token derived from its batch's, so that the same halves have the same tokens whenever it is tried.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from otel_replay.errors import (
    ConfigError,
    InvalidDataError,
    OtelReplayError,
    RetryableError,
    UnavailableError,
)
from otel_replay.storage.clickhouse import QueryError

logger = logging.getLogger(__name__)

T = TypeVar("T")

Write = Callable[[Sequence[T], str], None]
"""Writes items under a token; they are durable when it returns. The same items under the same token
may be written any number of times. Raises RetryableError and QueryError."""

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
class Part(Generic[T]):
    """Items that had one fate: stored, or not because of `error`.

    With an InvalidDataError they can never be stored as they are. With any other, a RetryableError,
    they were not stored as far as is known.
    """

    items: Sequence[T]
    token: str
    error: OtelReplayError | None = None
    later: bool = False
    """Whether storage is at fault, so that the same write may succeed later."""

    @property
    def outcome(self) -> str:
        """``stored``, ``away`` or ``failed``."""
        return "stored" if self.error is None else "away" if self.later else "failed"


def new_token() -> str:
    """A token that no other batch has, anywhere; begins with the time in ms, 12 hex digits."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"


def write_in_parts(write: Write[T], items: Sequence[T], token: str) -> list[Part[T]]:
    """Writes `items`, in halves where it must be; never raises for a failure of the write."""
    try:
        write(items, token)
    except Exception as exc:  # noqa: BLE001 - any failure must reach those who wait
        if len(items) > 1 and _may_be_halved(exc):
            return _halves(write, items, token)
        return [_failed(items, token, exc)]
    return [Part(items, token)]


def _halves(write: Write[T], items: Sequence[T], token: str) -> list[Part[T]]:
    middle = len(items) // 2
    first = write_in_parts(write, items[:middle], f"{token}.0")
    if first[-1].later:
        # Storage went away meanwhile: no use in asking it again, nobody knows how long it hangs.
        rest = Part(items[middle:], f"{token}.1", first[-1].error, later=True)
        return [*first, rest]
    return [*first, *write_in_parts(write, items[middle:], f"{token}.1")]


def _may_be_halved(error: Exception) -> bool:
    if isinstance(error, QueryError):
        return error.code == _OUT_OF_MEMORY or not is_server_state(error)
    return not _is_storages_fault(error)


def _is_storages_fault(error: Exception) -> bool:
    return isinstance(error, RetryableError | ConfigError | OSError | MemoryError)


def _failed(items: Sequence[T], token: str, error: Exception) -> Part[T]:
    if isinstance(error, RetryableError):
        return Part(items, token, error, later=True)
    if isinstance(error, ConfigError):
        # Credentials that expired, a bucket that is gone: no request is to blame, and somebody
        # will see to it.
        return Part(items, token, UnavailableError(str(error), 30), later=True)
    if isinstance(error, QueryError) and is_server_state(error):
        trouble = UnavailableError(f"storage is in trouble: {_first_line(error)}", 5)
        return Part(items, token, trouble, later=True)
    if isinstance(error, QueryError):
        refusal = InvalidDataError(f"storage refuses this request: {_first_line(error)}")
        return Part(items, token, refusal)
    logger.error("a write failed unexpectedly", exc_info=error)
    failure = RetryableError(f"storage failed: {type(error).__name__}", 5)
    return Part(items, token, failure, later=_is_storages_fault(error))


def is_server_state(error: QueryError) -> bool:
    """Whether the same data may be stored later. A limit of the query's own is the data's fault."""
    if error.code == _OUT_OF_MEMORY and "Query memory limit" in str(error):
        return False
    return error.code in SERVER_STATE_CODES


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:300]
