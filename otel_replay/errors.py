"""Every exception the project raises on purpose.

OtelReplayError
├── PermanentError            trying again cannot help
│   ├── ConfigError           a setting is wrong, or the machine does not fit it; exit code 2
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


class InvalidDataError(PermanentError):
    """What a sender sent is malformed; the message names the problem for its developer."""


class NotFoundError(PermanentError):
    """The thing asked for does not exist."""


class DamagedBlobError(PermanentError):
    """A stored payload is missing, short, or fails its checksum."""


class RetryableError(OtelReplayError):
    """The same call may succeed later.

    ``retry_after_s`` is the delay to suggest to the caller, in seconds.
    """

    def __init__(self, message: str, retry_after_s: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class UnavailableError(RetryableError):
    """ClickHouse or the blob store is away."""


class OverloadedError(RetryableError):
    """A limit on what may be under way at once is reached."""
