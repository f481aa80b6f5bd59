"""SQL that renders OTLP values as the Collector's ``AsString()`` does.

Each function takes the SQL of a value and returns the SQL of a String (or Map). The rule for each
type is in the reference renderer beside the tests, which these expressions must equal.
"""

from __future__ import annotations

_INFINITY = "if({d} > 0, 'Infinity', '-Infinity')"


def text(value: str) -> str:
    """A top-level AnyValue as text: strings bare, arrays and maps as JSON."""
    return (
        f"multiIf({value}.value = 'string_value', {value}.string_value,"
        f" {value}.value = 'int_value', toString({value}.int_value),"
        f" {value}.value = 'bool_value', if({value}.bool_value, 'true', 'false'),"
        f" {value}.value = 'double_value', {_double(f'{value}.double_value')},"
        f" {value}.value = 'bytes_value', base64Encode({value}.bytes_value),"
        f" {value}.value = 'array_value', {_array(f'{value}.array_value.values')},"
        f" {value}.value = 'kvlist_value', {_object(f'{value}.kvlist_value.values')},"
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


def _element(value: str) -> str:
    """A scalar inside an array or map, as JSON; NaN and infinities, unknown to JSON, as strings."""
    d = f"{value}.double_value"
    return (
        f"multiIf({value}.value = 'string_value', {_string(f'{value}.string_value')},"
        f" {value}.value = 'int_value', toString({value}.int_value),"
        f" {value}.value = 'bool_value', if({value}.bool_value, 'true', 'false'),"
        f" {value}.value = 'double_value',"
        f" if(isFinite({d}), {_double(d)}, concat('\"', {_double(d)}, '\"')),"
        f" {value}.value = 'bytes_value', concat('\"', base64Encode({value}.bytes_value), '\"'),"
        " 'null')"
    )


def _string(value: str) -> str:
    """JSON's form of a string. ClickHouse writes the hex of a control character in capitals, Go in
    small letters; only strings that hold one are taken apart to mend that."""
    tokens = f"extractAll(toJSONString({value}), '\\\\\\\\u[0-9A-F]{{4}}|\\\\\\\\.|[^\\\\\\\\]+')"
    mended = f"arrayMap(t -> if(startsWith(t, '\\\\u00'), lower(t), t), {tokens})"
    return (
        f"if(match({value}, '[\\\\x0B\\\\x0E\\\\x0F\\\\x1A-\\\\x1F]'),"
        f" arrayStringConcat({mended}), toJSONString({value}))"
    )


def _array(values: str) -> str:
    return f"concat('[', arrayStringConcat(arrayMap(e -> {_element('e')}, {values}), ','), ']')"


def _object(entries: str) -> str:
    """Keys sorted; of equal keys the last wins, as in the map that the Collector makes of them."""
    ordered = f"arraySort((e, i) -> (e.key, i), {entries}, arrayEnumerate({entries}))"
    unique = f"arrayReverse(arrayCompact(e -> e.key, arrayReverse({ordered})))"
    member = f"concat({_string('e.key')}, ':', {_element('e.value')})"
    return f"concat('{{', arrayStringConcat(arrayMap(e -> {member}, {unique}), ','), '}}')"
