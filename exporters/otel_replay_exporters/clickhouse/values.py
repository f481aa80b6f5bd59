"""SQL that renders OTLP values as the Collector's ``AsString()`` does.

Only scalars: receivers have rendered arrays and maps before. Each function takes the SQL of a value
and returns the SQL of a String (or Map); a reference renderer beside the tests holds the rules.
"""

from __future__ import annotations

_INFINITY = "if({d} > 0, 'Infinity', '-Infinity')"


def text(value: str) -> str:
    """A scalar AnyValue as text; unset is empty."""
    return (
        f"multiIf({value}.value = 'string_value', {value}.string_value,"
        f" {value}.value = 'int_value', toString({value}.int_value),"
        f" {value}.value = 'bool_value', if({value}.bool_value, 'true', 'false'),"
        f" {value}.value = 'double_value', {_double(f'{value}.double_value')},"
        f" {value}.value = 'bytes_value', base64Encode({value}.bytes_value),"
        " '')"
    )


def attribute_map(attributes: str) -> str:
    """Repeated KeyValue as Map(LowCardinality(String), String), in the sender's order."""
    return (
        "CAST((arrayMap(a -> a.key, {0}), arrayMap(a -> {1}, {0})),"
        " 'Map(LowCardinality(String), String)')"
    ).format(attributes, text("a.value"))


def _double(d: str) -> str:
    infinity = _INFINITY.format(d=d)
    return (
        f"multiIf(isNaN({d}), 'NaN', isInfinite({d}), {infinity},"
        f" abs({d}) >= 1e21, replaceOne(toString({d}), 'e', 'e+'), toString({d}))"
    )
