"""What browsers may be told to record less of, per project and ingest key.

Each setting only takes away: a page keeps whatever it has set more narrowly itself, so that nobody
who can change the receiver's configuration makes a page record more than its developers allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import orjson

from otel_replay.errors import ConfigError

# A share of sessions is the only number; all others take one of these.
_CHOICES: dict[str, tuple[Any, ...]] = {
    "record_replay": (False, "on-error"),
    "privacy": ("strict", "balanced"),
    "capture_console": (False,),
    "capture_network": (False,),
    "record_canvas": (False,),
}


@dataclass(frozen=True)
class RemoteSettings:
    """Settings of the browser SDK by the same names, in snake case; None leaves one to the page."""

    sample_rate: float | None = None
    """Share of sessions, 0 to 1."""
    record_replay: bool | str | None = None
    """False for no recordings, ``on-error`` for those of sessions with errors."""
    privacy: str | None = None
    """``strict``, or ``balanced`` for pages that are ``open``."""
    capture_console: bool | None = None
    capture_network: bool | None = None
    record_canvas: bool | None = None

    def over(self, general: RemoteSettings) -> RemoteSettings:
        """These, and those of `general` where these say nothing."""
        return RemoteSettings(**(_given(general) | _given(self)))

    def as_json(self) -> bytes:
        """An object with the SDK's own names, without what is left to the page."""
        named = {_camel_case(name): value for name, value in _given(self).items()}
        return orjson.dumps(named)


def parse_remote_settings(section: Any, where: str) -> RemoteSettings:
    """Reads a ``browser`` table of the configuration file. Raises ConfigError."""
    known = [field.name for field in fields(RemoteSettings)]
    if not isinstance(section, Mapping) or set(section) - set(known):
        raise ConfigError(f"{where}: expected some of {', '.join(known)}")
    for name, value in section.items():
        if name == "sample_rate":
            _check_rate(value, where)
        elif not any(type(value) is type(one) and value == one for one in _CHOICES[name]):
            expected = " or ".join(orjson.dumps(one).decode() for one in _CHOICES[name])
            raise ConfigError(
                f"{where}: {name} is {value!r}: expected {expected}, since a page can only be told"
                " to record less"
            )
    return RemoteSettings(**section)


def _check_rate(value: Any, where: str) -> None:
    if type(value) not in (int, float) or not 0 <= value <= 1:
        raise ConfigError(f"{where}: sample_rate is {value!r}: expected a number from 0 to 1")


def _given(settings: RemoteSettings) -> dict[str, Any]:
    values = {field.name: getattr(settings, field.name) for field in fields(settings)}
    return {name: value for name, value in values.items() if value is not None}


def _camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)
