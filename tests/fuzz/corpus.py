"""Valid requests to begin with: all signals, both encodings, and recordings."""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from otel_replay.semconv import RECORDER_SCOPE
from otel_replay.telemetry import SIGNAL_NAMES, SignalName
from tests.support import rum
from tests.support.otlp import SESSION_ID, chunk_record, logs_request
from tests.support.row_cases import CASES, otlp_json

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_COMPRESS: Mapping[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "zstd": zstd.compress,
}
_NESTED: Any = {"a": [1, 2.5, None, {"b": [b"\xff", "\u2028", {"": []}]}], "": {"a": True}}


@cache
def requests(signal: SignalName) -> Sequence[bytes]:
    """Export requests, protobuf."""
    found = [request.SerializeToString() for _, of, _, (request, _) in CASES if of == signal]
    if signal == "logs":
        found.append(logs_request([{"body": _NESTED}]).SerializeToString())
    return found


@cache
def documents(signal: SignalName) -> Sequence[bytes]:
    """Export requests, JSON."""
    return [otlp_json(request).encode() for _, of, _, (request, _) in CASES if of == signal]


@cache
def recordings() -> Sequence[bytes]:
    """Logs requests with replay chunks, of our recorder and of the others."""
    ours = [chunk_record(0), {"body": "x"}, chunk_record(1)]
    theirs = rum.records(rum.recording(6, text="x" * 40), limit=60)
    return [
        logs_request(ours, {"service.name": "web"}, RECORDER_SCOPE).SerializeToString(),
        rum.request(theirs, SESSION_ID).SerializeToString(),
    ]


@cache
def compressed(encoding: str) -> Sequence[bytes]:
    """Bodies in a content coding."""
    bodies = [*(requests(signal)[0] for signal in SIGNAL_NAMES), b"", bytes(100_000)]
    return [_COMPRESS[encoding](body) for body in bodies]
