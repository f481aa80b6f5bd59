"""The decoders, each as a function of spoiled bytes.

A target returns what became of its input, or raises what no decoder may raise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from random import Random
from unittest.mock import patch

from otel_replay.errors import InvalidDataError
from otel_replay.telemetry import SIGNAL_NAMES, ExportRequest, SignalName
from otel_replay_receivers.otlp import encoding, parts
from otel_replay_receivers.otlp.decode import Decoded, decode
from otel_replay_receivers.otlp.json import to_protobuf
from otel_replay_receivers.otlp.signals import SIGNALS
from otel_replay_receivers.otlp.status import Refusal
from tests.fuzz import corpus
from tests.fuzz.mutate import mutated
from tests.fuzz.structure import mutated_document, mutated_message

TAKEN = "taken"
REFUSED = "refused"
MAX_BODY_BYTES = 200_000
_NOW_MS = 1_790_000_000_000

Target = Callable[[Random], str]
"""Makes an input with the random numbers, and gives it to the decoder."""


def _protobuf(signal: SignalName, valid: Callable[[], Sequence[bytes]], random: Random) -> str:
    data = _spoiled(random.choice(valid()), valid(), random)
    try:
        _check(decode(signal, data, _NOW_MS))
    except InvalidDataError:
        return REFUSED
    return TAKEN


def _spoiled(data: bytes, valid: Sequence[bytes], random: Random) -> bytes:
    """Half of them so that they are still in form."""
    for _ in range(random.choice((1, 1, 3))):
        spoil = random.choice((mutated, mutated_message, mutated_message, mutated_message))
        data = spoil(data, valid, random)
    return data


def _json(signal: SignalName, random: Random) -> str:
    valid = corpus.documents(signal)
    data = random.choice(valid)
    for _ in range(random.choice((1, 1, 3))):
        try:
            data = mutated_document(data, random)
        except ValueError:
            data = mutated(data, valid, random)
        if random.random() < 0.3:
            data = mutated(data, valid, random)
    try:
        _check(decode(signal, to_protobuf(signal, data), _NOW_MS))
    except InvalidDataError:
        return REFUSED
    return TAKEN


def _check(decoded: Decoded) -> None:
    """What is handed to storage is a request of scalars, and counted right."""
    request = decoded.request
    assert decoded.accepted >= request.records >= 0
    assert decoded.rejected >= 0
    assert bool(decoded.rejected) == bool(decoded.message)
    if request.data:
        parsed = SIGNALS[request.signal].flat_request.FromString(request.data)
        assert parsed.IsInitialized()
        assert _records(request) == request.records


def _records(request: ExportRequest) -> int:
    signal = SIGNALS[request.signal]
    parsed = signal.flat_request.FromString(request.data)
    return sum(signal.weigh(records)[0] for records in signal.record_lists(parsed))


def _sliced(signal: SignalName, random: Random) -> str:
    """Small requests as if they were big: they are cut, and must come out as if they were not."""
    valid = corpus.requests(signal)
    data = _spoiled(b"".join(random.choices(valid, k=3)), valid, random)
    try:
        whole = decode(signal, data, _NOW_MS)
    except InvalidDataError:
        whole = None
    try:
        with (
            patch.object(parts, "SLICE_BYTES", random.choice((1, 40, 200))),
            patch.object(parts, "_BIG_RECORD", random.choice((0, 20))),
        ):
            sliced = decode(signal, data, _NOW_MS)
    except InvalidDataError:
        # The walk knows no groups, which no sender has used since 2008.
        return REFUSED
    assert whole is not None
    assert sliced.accepted == whole.accepted
    assert sliced.rejected == whole.rejected
    _check(sliced)
    return TAKEN


def _compressed(name: str, random: Random) -> str:
    valid = corpus.compressed(name)
    data = mutated(random.choice(valid), valid, random)
    size = 0
    try:
        decoder = encoding.decoder(name, MAX_BODY_BYTES)
        while data:
            step = random.choice((1, 7, 1000, len(data)))
            size += len(decoder.feed(data[:step]))
            data = data[step:]
        decoder.finish()
    except Refusal:
        return REFUSED
    assert size <= MAX_BODY_BYTES
    return TAKEN


TARGETS: Mapping[str, Target] = {
    **{f"protobuf {s}": partial(_protobuf, s, partial(corpus.requests, s)) for s in SIGNAL_NAMES},
    "recordings": partial(_protobuf, "logs", corpus.recordings),
    **{f"JSON {s}": partial(_json, s) for s in SIGNAL_NAMES},
    **{f"slices of {s}": partial(_sliced, s) for s in SIGNAL_NAMES},
    **{name: partial(_compressed, name) for name in ("gzip", "deflate", "zstd")},
}
