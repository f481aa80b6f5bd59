"""Content-Encoding of requests, with the size watched at every step."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable
from typing import Any, Protocol

from otel_replay_receivers.otlp.status import (
    INVALID_ARGUMENT,
    RESOURCE_EXHAUSTED,
    Failure,
    Refusal,
)

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ZSTD_WINDOW_LOG = 23
"""Windows up to 8 MiB: what RFC 9659 lets a sender use with this content coding."""
MAX_FRAMES = 1000
"""gzip members or zstd frames in one body. Each costs a decoder and a copy of what follows it, so
without a limit a body of empty ones would keep a processor busy for minutes."""
_GZIP_WINDOW = 31
_ZLIB_WINDOW = 15


class Decoder(Protocol):
    """Takes a body as it arrives, and gives it decompressed. Both methods raise Refusal."""

    def feed(self, data: bytes) -> bytes:
        """Returns what more of the body `data` makes."""

    def finish(self) -> None:
        """To be called once the body has ended: it must not end in the middle."""


def decoder(content_encoding: str, max_bytes: int) -> Decoder:
    """The decoder for a Content-Encoding header. Raises Refusal with 415 for one not known."""
    name = content_encoding.strip().lower()
    if name in ("", "none", "identity"):
        return _Identity()
    if name in ("gzip", "x-gzip"):
        return _Frames("gzip", lambda: _Zlib(_GZIP_WINDOW), max_bytes)
    if name == "deflate":
        return _Frames("deflate", lambda: _Zlib(_ZLIB_WINDOW), max_bytes)
    if name == "zstd":
        return _Frames("zstd", _Zstd, max_bytes)
    message = f"Content-Encoding is {name[:40]!r}: expected gzip, zstd, deflate or none"
    raise Refusal(Failure(INVALID_ARGUMENT, 415, message, "encoding"))


def check_size(size: int, max_bytes: int) -> None:
    """Raises Refusal with 413 when a body is over the limit; trying again cannot help."""
    if size > max_bytes:
        message = (
            f"the body is over {max_bytes} bytes, which is the limit of one request: send smaller"
            " batches, or raise max_request_bytes"
        )
        raise Refusal(Failure(RESOURCE_EXHAUSTED, 413, message, "too_large"))


class _Identity:
    def feed(self, data: bytes) -> bytes:
        return data

    def finish(self) -> None:
        return None


class _Stream(Protocol):
    """Decompresses one member or frame."""

    def decompress(self, data: bytes, max_bytes: int) -> bytes: ...

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...


class _Zlib:
    def __init__(self, window: int) -> None:
        self._stream = zlib.decompressobj(window)

    def decompress(self, data: bytes, max_bytes: int) -> bytes:
        return self._stream.decompress(data, max_bytes)

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def unused_data(self) -> bytes:
        return self._stream.unused_data


class _Zstd:
    def __init__(self) -> None:
        limits: dict[int, int] = {zstd.DecompressionParameter.window_log_max: ZSTD_WINDOW_LOG}
        self._stream: Any = zstd.ZstdDecompressor(options=limits)

    def decompress(self, data: bytes, max_bytes: int) -> bytes:
        return bytes(self._stream.decompress(data, max_bytes))

    @property
    def eof(self) -> bool:
        return bool(self._stream.eof)

    @property
    def unused_data(self) -> bytes:
        return bytes(self._stream.unused_data)


class _Frames:
    """One stream after the other, each taken as it arrives."""

    def __init__(self, name: str, new_stream: Callable[[], _Stream], max_bytes: int) -> None:
        self._name, self._new_stream, self._max_bytes = name, new_stream, max_bytes
        self._stream = new_stream()
        self._frames, self._size, self._fed = 1, 0, False

    def feed(self, data: bytes) -> bytes:
        parts: list[bytes] = []
        self._fed = self._fed or bool(data)
        while data:
            if self._stream.eof:
                self._next_frame()
            parts.append(self._decompress(data))
            data = self._stream.unused_data
        return b"".join(parts)

    def _next_frame(self) -> None:
        self._frames += 1
        if self._frames > MAX_FRAMES:
            raise self._refusal(f"has over {MAX_FRAMES} {self._name} streams one after the other")
        self._stream = self._new_stream()

    def _decompress(self, data: bytes) -> bytes:
        # One byte more than may come: so nothing of a body within the limit is held back.
        try:
            part = self._stream.decompress(data, self._max_bytes - self._size + 1)
        except (zlib.error, zstd.ZstdError) as exc:
            raise self._refusal(
                f"is not {self._name}, as its Content-Encoding says: {exc}"
            ) from exc
        self._size += len(part)
        check_size(self._size, self._max_bytes)
        return part

    def finish(self) -> None:
        if self._fed and not self._stream.eof:
            raise self._refusal(f"ends in the middle of its {self._name} stream")

    def _refusal(self, problem: str) -> Refusal:
        return Refusal(Failure(INVALID_ARGUMENT, 400, f"the body {problem}", "encoding"))
