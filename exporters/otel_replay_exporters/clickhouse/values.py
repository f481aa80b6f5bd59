"""SQL that renders OTLP values as the Collector's exporter does; attributes as its ``AsString()``.

Attribute values are scalars: receivers have rendered arrays and maps before. Each function takes
the SQL of a value and returns that of what a column holds; a reference renderer beside the tests
has the rules.
"""

from __future__ import annotations

from collections.abc import Iterable

# In 2261: DateTime64(9) ends in 2262, and queries add hours to times.
LATEST_NS = 9_200_000_000_000_000_000
_PARTS = ("value", "string_value", "int_value", "bool_value", "double_value", "bytes_value")
"""Members of an AnyValue's tuple: the presence column of its oneof, and the scalars."""
_SHORT = ("k", "s", "i", "b", "d", "x")
_INFINITY = "if({d} > 0, 'Infinity', '-Infinity')"


def text(value: str) -> str:
    """A scalar AnyValue as text; unset is empty."""
    return _rendered(f"{value}.{name}" for name in _PARTS)


def attribute_map(attributes: str) -> str:
    """Repeated KeyValue as Map(LowCardinality(String), String), in the sender's order."""
    # Arrays of members, not an array of tuples: a lambda over tuples copies each of them whole.
    values = f"tupleElement({attributes}, 'value')"
    members = ", ".join(f"tupleElement({values}, '{name}')" for name in _PARTS)
    return (
        f"CAST((tupleElement({attributes}, 'key'),"
        f" arrayMap(({', '.join(_SHORT)}) -> {_rendered(_SHORT)}, {members})),"
        " 'Map(LowCardinality(String), String)')"
    )


def hex_id(value: str, size: int) -> str:
    """Lower-case hex; empty where the id is absent, all zero, or of a wrong length."""
    zero = "\\0" * size
    return f"if(length({value}) = {size} AND {value} != '{zero}', lower(hex({value})), '')"


def time(nanoseconds: str) -> str:
    """A DateTime64(9); times later than columns hold become the latest."""
    return f"fromUnixTimestamp64Nano(toInt64(least({nanoseconds}, {LATEST_NS})))"


def choice(value: str, names: list[str]) -> str:
    """The name of an enum's member; numbers that have none become the first."""
    arms = ", ".join(f"{value} = {i}, '{name}'" for i, name in enumerate(names) if i)
    return f"multiIf({arms}, '{names[0]}')"


def each(items: str, item: str, sql: str) -> str:
    """An array of `sql` over each `item` of a repeated field."""
    return f"arrayMap({item} -> {sql}, {items})"


def _rendered(parts: Iterable[str]) -> str:
    """The text of a scalar of which `parts` are the SQL of its _PARTS."""
    kind, string, integer, boolean, double, data = parts
    return (
        f"multiIf({kind} = 'string_value', {string},"
        f" {kind} = 'int_value', toString({integer}),"
        f" {kind} = 'bool_value', if({boolean}, 'true', 'false'),"
        f" {kind} = 'double_value', {_double(double)},"
        f" {kind} = 'bytes_value', base64Encode({data}),"
        " '')"
    )


def _double(d: str) -> str:
    infinity = _INFINITY.format(d=d)
    return (
        f"multiIf(isNaN({d}), 'NaN', isInfinite({d}), {infinity},"
        f" abs({d}) >= 1e21, replaceOne(toString({d}), 'e', 'e+'), toString({d}))"
    )
