"""OTLP/JSON requests, turned into the same protobuf bytes as the others.

The walk follows the descriptors of the generated classes, so it needs no word about any message. It
is lenient where senders differ: hex ids in any case, enums by number or name, 64-bit integers as
strings or numbers (JavaScript writes big ones as 1e+21), snake_case keys, halves of characters that
a sender cut in two; unknown keys are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import orjson
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from otel_replay.errors import InvalidDataError
from otel_replay.telemetry import SignalName
from otel_replay_receivers.otlp import scalars
from otel_replay_receivers.otlp.scalars import UnfitError
from otel_replay_receivers.otlp.signals import SIGNALS

MAX_VALUES = 2_000_000
"""Values and names in one document: each takes up to 170 bytes while it is read."""
# The protobuf runtime stops there too.
_MAX_DEPTH = 100
# Half a surrogate pair, or a whole one, which stays; an even number of backslashes before it.
_SURROGATE = re.compile(
    rb"(?<!\\)(?:\\\\)*+\\u(?:([dD][89abAB]..\\u[dD][c-fC-F]..)|[dD][89a-fA-F]..)", re.DOTALL
)
_MAX_SURROGATES = 100_000

_Convert = Callable[[Any, int], Any]


def to_protobuf(signal: SignalName, data: bytes) -> bytes:
    """Returns the serialized protobuf request that the JSON text means.

    Raises InvalidDataError naming the place in the document.
    """
    _check_size(data)
    document = _load(data or b"{}")
    message_class = SIGNALS[signal].request
    if not isinstance(document, dict):
        raise InvalidDataError("the body is not a JSON object")
    try:
        fields = _message(message_class.DESCRIPTOR)(document, 0)
        return bytes(message_class(**fields).SerializeToString())
    except UnfitError as exc:
        raise InvalidDataError(str(exc)) from exc
    except (ValueError, TypeError) as exc:
        raise InvalidDataError(f"the body does not fit OTLP: {exc}") from exc


def _check_size(data: bytes) -> None:
    """Counts, in C, what separates values. Where it stands in texts, it counts too."""
    if len(data) > MAX_VALUES and sum(map(data.count, (b",", b":", b"[", b"{"))) > MAX_VALUES:
        raise InvalidDataError(
            f"the body has over {MAX_VALUES} JSON values: send fewer records in one request",
            "too_many_parts",
        )


def _load(data: bytes) -> Any:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as exc:
        if not 0 < data.count(b"\\ud") + data.count(b"\\uD") <= _MAX_SURROGATES:
            raise InvalidDataError(f"the body is not JSON: {exc}") from exc
    try:
        return orjson.loads(_SURROGATE.sub(_mend, data))
    except orjson.JSONDecodeError as exc:
        raise InvalidDataError(f"the body is not JSON: {exc}") from exc


def _mend(found: re.Match[bytes]) -> bytes:
    """U+FFFD for half a surrogate pair, as JavaScript writes a text that is cut there."""
    return found.group() if found.group(1) else found.group()[:-5] + b"ufffd"


@cache
def _message(descriptor: Descriptor) -> _Convert:
    """Converts an object into the arguments of the message's class."""
    converters: dict[str, tuple[str, _Convert] | None] = {}

    def convert(document: Any, depth: int) -> dict[str, Any]:
        if not isinstance(document, dict):
            raise UnfitError("is no object")
        if depth > _MAX_DEPTH:
            raise UnfitError(f"is nested deeper than {_MAX_DEPTH} levels")
        if not converters:
            converters.update(_fields(descriptor))
        result = {}
        for key, value in document.items():
            found = converters.get(key)
            if found is None or value is None:
                continue
            name, convert_field = found
            try:
                result[name] = convert_field(value, depth + 1)
            except UnfitError as exc:
                raise exc.under(f".{key}") from exc.__cause__
        return result

    return convert


def _fields(descriptor: Descriptor) -> dict[str, tuple[str, _Convert]]:
    """Name and converter of each field, by both spellings of the name."""
    found = {}
    for field in descriptor.fields:
        convert = _single(field)
        found[field.name] = (field.name, _repeated(convert) if field.is_repeated else convert)
    return found | {_camel(name): value for name, value in found.items()}


def _camel(name: str) -> str:
    return re.sub(r"_([a-z0-9])", lambda match: match.group(1).upper(), name)


def _single(field: FieldDescriptor) -> _Convert:
    if field.message_type is not None:
        return _message(field.message_type)
    convert = scalars.converter(field)
    return lambda value, _depth: convert(value)


def _repeated(convert: _Convert) -> _Convert:
    def convert_all(values: Any, depth: int) -> list[Any]:
        if not isinstance(values, list):
            raise UnfitError("is no array")
        result: list[Any] = []
        try:
            for value in values:
                result.append(convert(value, depth))  # noqa: PERF401 - its length is the place
        except UnfitError as exc:
            raise exc.under(f"[{len(result)}]") from exc.__cause__
        return result

    return convert_all
