"""Content-Encoding of requests, with the size watched at every step."""

from __future__ import annotations

import zlib
from typing import Protocol

from otel_replay_receivers.otlp.status import (
    INVALID_ARGUMENT,
    RESOURCE_EXHAUSTED,
    Failure,
    Refusal,
)

_GZIP_WINDOW = 31
_ZLIB_WINDOW = 15


class Decoder(Protocol):
    """Takes a body as it arrives, and gives it decompressed. Both methods raise Refusal."""

    def feed(self, data: bytes) -> bytes:
        """Returns what more of the body `data` makes."""

    def finish(self) -> bytes:
        """Returns what is left, once the body has ended."""


def decoder(content_encoding: str, max_bytes: int) -> Decoder:
    """The decoder for a Content-Encoding header. Raises Refusal with 415 for one not known."""
    name = content_encoding.strip().lower()
    if name in ("", "none", "identity"):
        return _Identity()
    if name in ("gzip", "x-gzip"):
        return _Zlib("gzip", _GZIP_WINDOW, max_bytes)
    if name == "deflate":
        return _Zlib("deflate", _ZLIB_WINDOW, max_bytes)
    message = f"Content-Encoding is {name[:40]!r}: expected gzip, deflate or none"
    raise Refusal(Failure(INVALID_ARGUMENT, 415, message))


def check_size(size: int, max_bytes: int) -> None:
    """Raises Refusal with 413 when a body is over the limit; trying again cannot help."""
    if size > max_bytes:
        message = f"the body is over {max_bytes} bytes, which is the limit of one request"
        raise Refusal(Failure(RESOURCE_EXHAUSTED, 413, message))


class _Identity:
    def feed(self, data: bytes) -> bytes:
        return data

    def finish(self) -> bytes:
        return b""


class _Zlib:
    """gzip (several members too) and zlib streams, one chunk at a time."""

    def __init__(self, name: str, window: int, max_bytes: int) -> None:
        self._name, self._window, self._max_bytes = name, window, max_bytes
        self._stream = zlib.decompressobj(window)
        self._size = 0
        self._fed = False

    def feed(self, data: bytes) -> bytes:
        parts: list[bytes] = []
        self._fed = self._fed or bool(data)
        while data:
            if self._stream.eof:
                self._stream = zlib.decompressobj(self._window)
            parts.append(self._decompress(data))
            data = self._stream.unconsumed_tail or self._stream.unused_data
        return b"".join(parts)

    def _decompress(self, data: bytes) -> bytes:
        try:
            part = self._stream.decompress(data, self._max_bytes - self._size + 1)
        except zlib.error as exc:
            message = f"the body is not {self._name}, as its Content-Encoding says: {exc}"
            raise Refusal(Failure(INVALID_ARGUMENT, 400, message)) from exc
        self._size += len(part)
        check_size(self._size, self._max_bytes)
        return part

    def finish(self) -> bytes:
        if self._fed and not self._stream.eof:
            message = f"the {self._name} body ends in the middle"
            raise Refusal(Failure(INVALID_ARGUMENT, 400, message))
        return b""
