"""What a blob store tells of a blob without reading it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BlobInfo:
    """One blob in a listing."""

    key: str
    size_bytes: int
    modified_ms: int
    """When it was last written, by the store's clock, ms since the epoch."""
