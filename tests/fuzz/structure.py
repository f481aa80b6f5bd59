"""Mutations that keep the form, so that they are seen behind the parser, too."""

from __future__ import annotations

import json
from collections.abc import Sequence
from random import Random
from typing import Any

from otel_replay.errors import InvalidDataError
from otel_replay_receivers.otlp.wire import LENGTH, field, fields
from tests.fuzz.mutate import mutated

_VALUES: Sequence[Any] = [
    *(None, True, False, 0, -1, 1.5, 2**63, -(2**63), 2**64, 1e21, 1e308, "", "a", "\u2028", "😀"),
    *("NaN", "-Infinity", "0x1", "5b8efff798038103", "AAAA", "-_=", [], {}, [[]], [{}], {"": None}),
    *("SPAN_KIND_CLIENT", "1e3", "9" * 30, {"stringValue": "x"}, {"arrayValue": {"values": [{}]}}),
]
_TEXTS = [b"", b"\0" * 8, b"\0" * 16, b"\1" * 8, b"\1" * 16, b"text", b"\xff", "é\u2028".encode()]


def mutated_message(data: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """A message in which something somewhere is another, and all around it fits."""
    try:
        found = list(fields(data, 0, len(data)))
    except InvalidDataError:
        return mutated(data, others, random)
    if not found:
        return random.choice(_TEXTS)
    tag, begin, value, stop = random.choice(found)
    kind = random.randrange(8)
    if kind == 0:
        changed = data[begin:stop] * random.choice((0, 2, 3))
    elif tag & 7 == 0:
        changed = data[begin:value] + random.choice((b"\0", b"\x01", b"\xff" * 9 + b"\x01"))
    elif tag & 7 != LENGTH:
        changed = data[begin:value] + random.randbytes(stop - value)
    elif kind == 1:
        changed = field(tag, random.choice(_TEXTS))
    else:
        changed = field(tag, mutated_message(data[value:stop], others, random))
    return data[:begin] + changed + data[stop:]


def mutated_document(data: bytes, random: Random) -> bytes:
    """A JSON document in which a value somewhere is another."""
    return json.dumps(_mutated(json.loads(data), random)).encode()


def _mutated(node: Any, random: Random) -> Any:
    if not node or random.random() < 0.1 or not isinstance(node, list | dict):
        return random.choice(_VALUES)
    keys = range(len(node)) if isinstance(node, list) else list(node)
    key = random.choice(keys)
    if random.random() < 0.1:
        return _without(node, key) if random.random() < 0.5 else [node, node]
    changed = node.copy()
    changed[key] = _mutated(node[key], random)
    return changed


def _without(node: Any, key: Any) -> Any:
    changed = node.copy()
    del changed[key]
    return changed
