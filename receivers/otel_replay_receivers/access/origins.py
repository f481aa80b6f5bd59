"""Origins of web pages, and lists of them with wildcards."""

from __future__ import annotations

import re
from collections.abc import Iterable

from otel_replay.errors import ConfigError

LOOPBACK_ORIGINS = (
    "http://localhost",
    "http://localhost:*",
    "https://localhost",
    "https://localhost:*",
    "http://127.0.0.1",
    "http://127.0.0.1:*",
    "https://127.0.0.1",
    "https://127.0.0.1:*",
    "http://[::1]",
    "http://[::1]:*",
    "https://[::1]",
    "https://[::1]:*",
)
"""Pages of the developer's own machine: what is allowed when nothing else is set."""

_ORIGIN = re.compile(r"([a-z][a-z0-9+.\-]*|\*)://([^/?#@\s:]+|\[[0-9a-f:.]+\])(:([0-9]+|\*))?")
# What can stand in a host name. An address in brackets, a port or a path is none of it, so a
# wildcard cannot reach over into one.
_HOST_PART = r"[a-z0-9._\-]*"


class Origins:
    """A list of allowed origins.

    ``*`` alone is every origin. In a host name it stands for any run of letters, digits, ``-``,
    ``_`` and dots; as the port for any port; as the scheme for http and https. No wildcard reaches
    from one part of an origin into another.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        """Raises ConfigError for a pattern that no origin could ever match."""
        self.patterns = tuple(pattern.strip() for pattern in patterns)
        self._matches = re.compile("|".join(map(_expression, self.patterns)) or r"(?!)")

    def allow(self, origin: str) -> bool:
        """Whether a page of that origin may send."""
        return bool(self._matches.fullmatch(origin.lower()))

    def __str__(self) -> str:
        return ", ".join(self.patterns) or "none"


def _expression(pattern: str) -> str:
    text = pattern.lower().removesuffix("/")
    if text == "*":
        return r".+"
    if text == "null":
        return "null"
    parts = _ORIGIN.fullmatch(text)
    if parts is None:
        raise ConfigError(
            f"allowed origin {pattern!r}: expected scheme://host or scheme://host:port, such as"
            " https://www.example.com or https://*.example.com, or * for all"
        )
    scheme, host, _, port = parts.groups()
    expression = "https?" if scheme == "*" else re.escape(scheme)
    expression += "://" + re.escape(host).replace(r"\*", _HOST_PART)
    if port:
        expression += ":" + ("[0-9]+" if port == "*" else port)
    return expression


def is_same_origin(origin: str, host: str) -> bool:
    """Whether a page of `origin` sends to its own host, as the request's Host header names it."""
    _scheme, separator, authority = origin.lower().partition("://")
    return bool(separator) and bool(host) and authority == host.strip().lower()
