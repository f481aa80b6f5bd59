"""What the browser SDK is told when it asks for remote settings."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from otel_replay.remote_settings import RemoteSettings

MAX_AGE_S = 300
"""A browser asks at most so often; the SDK asks once per page."""


@dataclass(frozen=True)
class Shown:
    """JSON of the settings, and its entity tag."""

    body: bytes
    tag: str


@lru_cache(maxsize=1024)
def shown_settings(settings: RemoteSettings) -> Shown:
    """The answer for one key; there are as many as keys with settings of their own."""
    body = settings.as_json()
    return Shown(body, f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"')


def settings_headers(tag: str) -> tuple[tuple[str, str], ...]:
    """For the browser's own cache only: what is in it depends on the key."""
    cache = f"private, max-age={MAX_AGE_S}"
    return (("cache-control", cache), ("etag", tag), ("vary", "authorization"))
