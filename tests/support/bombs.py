"""Requests that are small as sent and would be huge in memory; run as a program, decodes them.

Each is built and decoded in this process, which prints what became of it, and by how much memory
grew over that of the request itself.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from otel_replay.errors import InvalidDataError
from otel_replay.telemetry import SignalName
from otel_replay_receivers.otlp.decode import decode
from otel_replay_receivers.otlp.json import to_protobuf
from otel_replay_receivers.otlp.wire import field

MIB = 1024 * 1024
SIZE = 32 * MIB
"""Half of what the receiver takes: all is the same at 64 MiB, and the tests take half the time."""


def held(payload: bytes, *numbers: int) -> bytes:
    """The payload in fields of these numbers, the outermost first."""
    for number in reversed(numbers):
        payload = field(number << 3 | 2, payload)
    return payload


def repeated(number: int, size: int, payload: bytes = b"") -> bytes:
    """A field over and over, up to about `size` bytes."""
    one = held(payload, number)
    return one * (size // len(one))


def nested(depth: int) -> bytes:
    """An attribute with arrays in arrays."""
    value = b""
    for _ in range(depth):
        value = held(value, 5, 1)
    return held(held(b"k", 1) + held(value, 2), 6)


_ATTRIBUTE = held(b"k", 1) + held(held(b"v", 1), 2)
_IDS = held(b"\1" * 16, 1) + held(b"\1" * 8, 2)
_SPAN = (1, 2, 2)
_POINT = (1, 2, 2, 5, 1)

# Name: signal, the request, and what the refusal must name.
BOMBS: dict[str, tuple[SignalName, Callable[[], bytes], str]] = {
    "resources": ("traces", lambda: repeated(1, SIZE), "resources and scopes"),
    "unknown fields": ("traces", lambda: repeated(9, SIZE), "resources and scopes"),
    "scopes": ("logs", lambda: held(repeated(2, SIZE), 1), "resources and scopes"),
    "spans": ("traces", lambda: held(repeated(2, 2 * SIZE), 1, 2), "spans"),
    "records": ("logs", lambda: held(repeated(2, SIZE), 1, 2), "log_records"),
    "metrics": ("metrics", lambda: held(repeated(2, SIZE), 1, 2), "metrics"),
    "points": ("metrics", lambda: held(repeated(1, SIZE), *_POINT[:-1]), "parts"),
    "points of many metrics": (
        "metrics",
        lambda: held(repeated(2, SIZE, held(repeated(1, MIB), 5)), 1, 2),
        "parts",
    ),
    "a million attributes": (
        "traces",
        lambda: held(_IDS + repeated(9, 1_000_000 * (len(_ATTRIBUTE) + 2), _ATTRIBUTE), *_SPAN),
        "over 100000 attributes",
    ),
    "a million empty attributes": (
        "logs",
        lambda: held(repeated(6, 2_000_000), *_SPAN),
        "over 100000 attributes",
    ),
    "a million attributes of an event": (
        "traces",
        lambda: held(_IDS + held(repeated(3, 2_000_000), 11), *_SPAN),
        "over 100000 attributes",
    ),
    "a million attributes of a point": (
        "metrics",
        lambda: held(repeated(7, 2_000_000), *_POINT),
        "over 100000 attributes",
    ),
    "a million attributes of a resource": (
        "traces",
        lambda: held(repeated(1, 2_000_000), 1, 1) + held(held(_IDS, 2), 1, 2),
        "attributes",
    ),
    "attributes of many spans": (
        "traces",
        lambda: held(repeated(2, SIZE, _IDS + repeated(9, 100_000)), 1, 2),
        "parts",
    ),
    "events": ("traces", lambda: held(_IDS + repeated(11, SIZE), *_SPAN), "parts"),
    "values in an array": (
        "logs",
        lambda: held(held(repeated(1, SIZE), 5, 5), *_SPAN),
        "parts",
    ),
    "arrays in many records": (
        "logs",
        lambda: held(repeated(2, 3 * MIB, held(repeated(1, MIB), 5, 5)), 1, 2),
        "values in arrays and maps",
    ),
    "arrays in arrays": ("logs", lambda: held(nested(10_000), *_SPAN), "protobuf"),
    "arrays in arrays, and much else": (
        "logs",
        lambda: held(nested(10_000) + held(bytes(8 * MIB), 3), *_SPAN),
        "protobuf",
    ),
    "zeros": ("logs", lambda: bytes(SIZE), "protobuf"),
    "a number without end": ("logs", lambda: b"\xff" * (SIZE), "protobuf"),
}


def json_of(items: bytes) -> bytes:
    """A big JSON document with an array of these."""
    return b'{"resourceLogs":[' + b",".join([items] * (SIZE // (len(items) + 1))) + b"]}"


JSON_BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "objects": (lambda: json_of(b"{}"), "JSON values"),
    "arrays": (lambda: json_of(b"[]"), "JSON values"),
    "numbers": (lambda: json_of(b"1.5"), "JSON values"),
    "texts": (lambda: json_of(b'"ab"'), "JSON values"),
    "arrays in arrays": (lambda: b"[" * (SIZE), "JSON values"),
    "quotes that nothing closes": (lambda: b'{"a":"' + b'\\"' * (SIZE // 2), "not JSON"),
    "halves of characters": (lambda: b'{"a":"' + rb"\ud83d" * (SIZE // 6), "not JSON"),
}


def _outcome(work: Callable[..., object], request: bytes) -> dict[str, object]:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # Forgets the peak.
    before, began = _kib("VmRSS"), time.process_time()
    try:
        work(data=request)
        refusal = ""
    except InvalidDataError as exc:
        refusal = str(exc)
    return {
        "refusal": refusal,
        "growth_mib": (_kib("VmHWM") - before) >> 10,
        "cpu_s": round(time.process_time() - began, 2),
    }


def _kib(name: str) -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith(name))
    return int(line.split()[1])


def main() -> None:
    """Prints the outcomes of all bombs, by name."""
    outcomes = {}
    for name, (signal, build, _) in BOMBS.items():
        outcomes[name] = _outcome(partial(decode, signal, received_ms=0), build())
    for name, (build_json, _) in JSON_BOMBS.items():
        outcomes[f"JSON: {name}"] = _outcome(partial(to_protobuf, "logs"), build_json())
    json.dump(outcomes, sys.stdout)


if __name__ == "__main__":
    main()
