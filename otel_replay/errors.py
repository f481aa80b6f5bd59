"""Every exception the project raises on purpose.

OtelReplayError
├── PermanentError            trying again cannot help
│   ├── ConfigError           a setting is wrong, or the machine does not fit it; exit code 2
│   │   └── InUseError        another process has the data folder
│   ├── InvalidDataError      what a sender sent is malformed
│   ├── NotFoundError         the thing asked for does not exist
│   └── DamagedBlobError      a stored payload is missing bytes or fails its checksum
└── RetryableError            the same call may succeed later
    ├── UnavailableError      ClickHouse or the blob store is away
    └── OverloadedError       a limit on what may be under way at once is reached

A message gives the value, the rule it breaks and the remedy.
"""

from __future__ import annotations


class OtelReplayError(Exception):
    """Base of all errors raised on purpose."""


class PermanentError(OtelReplayError):
    """Trying again cannot help."""


class ConfigError(PermanentError):
    """A setting is wrong, or the machine does not fit it."""


class InUseError(ConfigError):
    """Another process has the data folder."""


class InvalidDataError(PermanentError):
    """What a sender sent is malformed; the message names the problem for its developer.

    ``reason`` is one short word for it in figures, as docs/reference/ingest.md lists them.
    """

    def __init__(self, message: str, reason: str = "malformed") -> None:
        super().__init__(message)
        self.reason = reason


class NotFoundError(PermanentError):
    """The thing asked for does not exist."""


class DamagedBlobError(PermanentError):
    """A stored payload is missing, short, or fails its checksum."""


class RetryableError(OtelReplayError):
    """The same call may succeed later.

    ``retry_after_s`` is the delay to suggest to the caller, in seconds; ``reason`` is one short
    word for figures, as docs/reference/ingest.md lists them.
    """

    default_reason = "unavailable"

    def __init__(self, message: str, retry_after_s: float = 1.0, reason: str = "") -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.reason = reason or self.default_reason


class UnavailableError(RetryableError):
    """ClickHouse or the blob store is away."""

    default_reason = "storage_unavailable"


class OverloadedError(RetryableError):
    """A limit on what may be under way at once is reached."""

    default_reason = "queue_full"
