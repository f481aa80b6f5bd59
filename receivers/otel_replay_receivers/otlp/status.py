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
NOT_FOUND = 5
RESOURCE_EXHAUSTED = 8
UNIMPLEMENTED = 12
INTERNAL = 13
UNAVAILABLE = 14


@dataclass(frozen=True)
class Failure:
    """A refusal in the words of both protocols."""

    grpc_code: int
    http_status: int
    message: str
    retry_after_s: float | None = None
    """Set when the sender should try again."""

    @property
    def retry_after_header(self) -> str:
        """Whole seconds, as Retry-After wants them; empty when there is no use in trying again."""
        return "" if self.retry_after_s is None else str(max(1, math.ceil(self.retry_after_s)))

    def status(self) -> Status:
        """The google.rpc.Status of the refusal, with RetryInfo when the sender should try again."""
        status = Status(code=self.grpc_code, message=self.message)
        if self.retry_after_s is not None:
            delay = Duration()
            delay.FromMilliseconds(int(self.retry_after_s * 1000))
            status.details.add().Pack(RetryInfo(retry_delay=delay))
        return status


class Refusal(Exception):
    """A request is refused before it is decoded."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def failure_of(error: Exception) -> Failure:
    """Maps an exception to a refusal. Unknown ones tell the sender nothing of our innards."""
    if isinstance(error, Refusal):
        return error.failure
    if isinstance(error, InvalidDataError):
        return Failure(INVALID_ARGUMENT, 400, str(error))
    if isinstance(error, OverloadedError):
        return Failure(RESOURCE_EXHAUSTED, 429, str(error), error.retry_after_s)
    if isinstance(error, RetryableError):
        return Failure(UNAVAILABLE, 503, str(error), error.retry_after_s)
    return Failure(INTERNAL, 500, "an unexpected error, see the receiver's log")
