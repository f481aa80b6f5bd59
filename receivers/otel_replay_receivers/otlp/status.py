"""Which gRPC code and which HTTP status each error is, and the google.rpc.Status that says so.

Source: OTLP specification, sections "Failures" and "OTLP/HTTP Response".
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status

from otel_replay.errors import InvalidDataError, OverloadedError, RetryableError

# google.rpc.Code
INVALID_ARGUMENT = 3
DEADLINE_EXCEEDED = 4
NOT_FOUND = 5
PERMISSION_DENIED = 7
RESOURCE_EXHAUSTED = 8
UNIMPLEMENTED = 12
INTERNAL = 13
UNAVAILABLE = 14
UNAUTHENTICATED = 16


@dataclass(frozen=True)
class Failure:
    """A refusal in the words of both protocols."""

    grpc_code: int
    http_status: int
    message: str
    reason: str
    """One short word for figures; docs/reference/ingest.md lists them."""
    retry_after_s: float | None = None
    """Set when the sender should try again."""
    closes: bool = False
    """Whether an HTTP connection ends with this answer."""

    @property
    def retry_after_header(self) -> str:
        """Whole seconds, as Retry-After wants them; empty when there is no use in trying again."""
        return "" if self.retry_after_s is None else str(max(1, math.ceil(self.retry_after_s)))

    def status(self) -> Status:
        """The google.rpc.Status of the refusal, with RetryInfo when the sender should try again."""
        status = Status(code=self.grpc_code, message=self.message)
        if self.retry_after_s is not None:
            delay = Duration()
            delay.FromMilliseconds(math.ceil(self.retry_after_s * 1000))
            status.details.add().Pack(RetryInfo(retry_delay=delay))
        return status


class Refusal(Exception):
    """A request is refused, in the words of `failure`."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def failure_of(error: Exception) -> Failure:
    """Maps an exception to a refusal. Unknown ones tell the sender nothing of our innards."""
    if isinstance(error, Refusal):
        return error.failure
    if isinstance(error, InvalidDataError):
        return Failure(INVALID_ARGUMENT, 400, str(error), error.reason)
    if isinstance(error, OverloadedError):
        return Failure(RESOURCE_EXHAUSTED, 429, str(error), error.reason, error.retry_after_s)
    if isinstance(error, RetryableError):
        return Failure(UNAVAILABLE, 503, str(error), error.reason, error.retry_after_s)
    message = "an unexpected error, see the receiver's log"
    return Failure(INTERNAL, 500, message, "internal")


def unavailable(message: str, reason: str, retry_after_s: float = 1) -> Refusal:
    """A refusal for now that ends the connection: the next attempt may meet another process."""
    return Refusal(Failure(UNAVAILABLE, 503, message, reason, retry_after_s, closes=True))
