"""The query language of the session list: free text and ``key:value`` terms; all must hold.

``ada "new york" user:ada errors:>0 state:live url:/checkout`` — a value with spaces is quoted.
Nothing of a query ever becomes SQL text: keys choose a condition from tables, values are bound.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from otel_replay.errors import InvalidDataError
from otel_replay.sessions.session import COUNTS

MAX_TERMS = 20
MAX_LENGTH = 1_000
_INDEXED = 4
"""From so many characters on, an index tells where a text may be."""

_TERM = re.compile(r'(?:(?P<key>[A-Za-z_]+):)?(?:"(?P<quoted>[^"]*)"?|(?P<plain>\S+))')
_NUMBER = re.compile(
    r"(?P<operator>>=|<=|>|<|=)?(?P<value>\d{1,15}(?:\.\d{1,6})?)(?P<unit>ms|s|m|h)?"
)

_TEXT = {
    "user": ("UserId", "UserName", "UserEmail"),
    "email": ("UserEmail",),
    "service": ("ServiceName",),
    "environment": ("Environment",),
    "env": ("Environment",),
    "release": ("Release",),
    "browser": ("Browser",),
    "os": ("Os",),
    "device": ("Device",),
}
_INDEXED_IN = {"user": "UserText", "email": "UserText", "service": "SearchText"}
"""The column with an index that has what a key looks through."""
# Ids are made of hexadecimal digits, by our browser SDK and by others'.
_PART_OF_ID = re.compile(r"[0-9A-Fa-f\-]+")
_NUMBERS = {**COUNTS, "gaps": "Gaps"}
_DURATIONS = {
    "duration": "(toUnixTimestamp64Milli(EndTime) - toUnixTimestamp64Milli(StartTime))",
    "active": "ActiveMs",
}
_UNIT_MS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000}
_CHOICES = {
    "state": {"live": "State = 'live'", "finished": "State = 'finished'"},
    "replay": {"yes": "HasReplay", "no": "NOT HasReplay"},
}
_EXACT = {
    "id": "SessionId = {value}",
    "previous": "PreviousId = {value}",
    "user_id": "UserId = {value}",
    "trace": "SessionId IN (SELECT SessionId FROM trace_sessions WHERE TraceId = lower({value}))",
}


@dataclass(frozen=True)
class Condition:
    """A WHERE condition over `sessions` and the parameters it binds."""

    sql: str
    parameters: dict[str, Any]


def parse(query: str) -> list[Condition]:
    """One condition for each term. Raises InvalidDataError, naming the term that is wrong."""
    if len(query) > MAX_LENGTH:
        raise InvalidDataError(f"q has {len(query)} characters: at most {MAX_LENGTH} are allowed")
    terms = list(_TERM.finditer(query))
    if len(terms) > MAX_TERMS:
        raise InvalidDataError(f"q has {len(terms)} terms: at most {MAX_TERMS} are allowed")
    return [_condition(term, f"q{index}") for index, term in enumerate(terms)]


def _condition(term: re.Match[str], name: str) -> Condition:
    key, value = term["key"], term["quoted"] if term["quoted"] is not None else term["plain"]
    if key is None or value.startswith("//"):  # An address such as https://shop is no key.
        return _free_text(term[0].strip('"') if key else value, name)
    for keys, build in _BUILDERS:
        if key.lower() in keys:
            return build(key.lower(), value, name)
    known = ", ".join(sorted(k for keys, _ in _BUILDERS for k in keys))
    raise InvalidDataError(
        f"q has the term {term[0]!r}: {key!r} is no key; known are {known}."
        " Quote a text that contains a colon"
    )


def _free_text(value: str, name: str) -> Condition:
    """Anywhere in a user, a service or a page, or in the id where it can be a part of one."""
    mentioned = _mentioned(value, name)
    if not _PART_OF_ID.fullmatch(value):
        return mentioned
    by_id = _contains(("SessionId",), value, name)
    parameters = mentioned.parameters | by_id.parameters
    return Condition(f"({mentioned.sql} OR {by_id.sql})", parameters)


def _mentioned(value: str, name: str, column: str = "SearchText") -> Condition:
    """In SearchText, which has users, services and pages, or in UserText, which has users only: by
    its index when it is long enough."""
    pattern = re.sub(r"[%_\\]", r"\\\g<0>", value)
    sql = f"{column} LIKE concat('%', lowerUTF8({{{name}_like:String}}), '%')"
    return Condition(sql, {f"{name}_like": pattern})


def _contains(columns: tuple[str, ...], value: str, name: str, urls: bool = False) -> Condition:
    # The function for bytes is twice as fast; what it cannot do is fold the case of other letters.
    position = "positionCaseInsensitive" + ("" if value.isascii() else "UTF8")
    found = [f"{position}({column}, {{{name}:String}}) > 0" for column in columns]
    if urls:
        found.append(f"arrayExists(url -> {position}(url, {{{name}:String}}) > 0, Urls)")
    return Condition(f"({' OR '.join(found)})", {name: value})


def _text(key: str, value: str, name: str) -> Condition:
    found = _contains(_TEXT[key], value, name)
    column = _INDEXED_IN.get(key)
    return _narrowed(found, value, name, column) if column else found


def _url(_key: str, value: str, name: str) -> Condition:
    return _narrowed(_contains((), value, name, urls=True), value, name, "SearchText")


def _narrowed(found: Condition, value: str, name: str, column: str) -> Condition:
    """First where the column's index says that it may be at all."""
    if len(value) < _INDEXED:
        return found
    mentioned = _mentioned(value, name, column)
    parameters = mentioned.parameters | found.parameters
    return Condition(f"({mentioned.sql} AND {found.sql})", parameters)


def _exact(key: str, value: str, name: str) -> Condition:
    return Condition(_EXACT[key].format(value=f"{{{name}:String}}"), {name: value})


def _choice(key: str, value: str, _name: str) -> Condition:
    choices = _CHOICES[key]
    if value.lower() not in choices:
        raise InvalidDataError(f"{key}:{value}: expected {' or '.join(choices)}")
    return Condition(choices[value.lower()], {})


def _number(key: str, value: str, name: str) -> Condition:
    match = _NUMBER.fullmatch(value)
    if match is None or match["unit"] or "." in match["value"]:
        raise InvalidDataError(f"{key}:{value}: expected a number such as {key}:>0 or {key}:3")
    sql = f"{_NUMBERS[key]} {match['operator'] or '='} {{{name}:UInt64}}"
    return Condition(sql, {name: int(match["value"])})


def _duration(key: str, value: str, name: str) -> Condition:
    match = _NUMBER.fullmatch(value)
    if match is None:
        raise InvalidDataError(f"{key}:{value}: expected a time such as {key}:>30s or {key}:<5m")
    value_ms = float(match["value"]) * _UNIT_MS[match["unit"] or "s"]
    sql = f"{_DURATIONS[key]} {match['operator'] or '>='} {{{name}:UInt64}}"
    return Condition(sql, {name: round(value_ms)})


_BUILDERS: tuple[tuple[frozenset[str], Callable[[str, str, str], Condition]], ...] = (
    (frozenset(_TEXT), _text),
    (frozenset({"url"}), _url),
    (frozenset(_EXACT), _exact),
    (frozenset(_CHOICES), _choice),
    (frozenset(_NUMBERS), _number),
    (frozenset(_DURATIONS), _duration),
)
