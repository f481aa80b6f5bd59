"""Zstandard as segments use it: frames that every browser can decompress."""

from __future__ import annotations

import sys

from otel_replay.errors import DamagedBlobError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

WINDOW_LOG = 23
"""Windows up to 8 MiB: browsers refuse more (RFC 9659)."""
_MAGIC = b"\x28\xb5\x2f\xfd"


def compress(data: bytes, level: int) -> bytes:
    """One frame."""
    window_log = min(WINDOW_LOG, max(10, (len(data) - 1).bit_length()))
    options: dict[int, int] = {
        zstd.CompressionParameter.compression_level: level,
        zstd.CompressionParameter.window_log: window_log,
    }
    return zstd.compress(data, options=options)


def decompress(data: bytes, max_bytes: int) -> bytes:
    """The content of one frame. Raises DamagedBlobError, also when it is more than `max_bytes`."""
    limits: dict[int, int] = {zstd.DecompressionParameter.window_log_max: WINDOW_LOG}
    inflater = zstd.ZstdDecompressor(options=limits)
    try:
        text = inflater.decompress(data, max_bytes)
    except zstd.ZstdError as exc:
        raise DamagedBlobError(f"is not zstd: {exc}") from exc
    if not inflater.eof:
        raise DamagedBlobError(f"ends early, or is bigger than {max_bytes} bytes decompressed")
    return text


def content_bytes(data: bytes) -> int:
    """Size of a frame's content as its header says; 0 when it does not."""
    return zstd.get_frame_info(data).decompressed_size or 0


def is_frame(data: bytes) -> bool:
    """Whether this begins a zstd frame."""
    return data[:4] == _MAGIC
