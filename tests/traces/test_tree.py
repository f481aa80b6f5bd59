"""Spans become a forest, whatever is wrong with them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from otel_replay.traces.tree import Node, forest, forest_json


def _spans(*pairs: str) -> list[dict[str, Any]]:
    """Spans from pairs such as ``b<a``: b with the parent a."""
    return [
        {"span_id": pair.partition("<")[0], "parent_span_id": pair.partition("<")[2]}
        for pair in pairs
    ]


def _shape(nodes: list[Node]) -> str:
    """``a(b c!)``: a with the children b and c, the latter an orphan."""
    return " ".join(
        node.span["span_id"]
        + ("!" if node.orphan else "")
        + (f"({_shape(node.children)})" if node.children else "")
        for node in nodes
    )


@pytest.mark.parametrize(
    ("pairs", "shape"),
    [
        (["a", "b<a", "c<a", "d<b"], "a(b(d) c)"),
        (["d<b", "c<a", "b<a", "a"], "a(c b(d))"),
        (["a", "b"], "a b"),
        (["b<gone", "c<b"], "b!(c)"),
        (["a<a"], "a!"),
        (["a<b", "b<a"], "a!(b)"),
        (["t<c", "a<c", "b<a", "c<b"], "a!(b(c(t)))"),
        (["r", "a<b", "b<a", "c<r"], "r(c) a!(b)"),
        (["a", "b<a", "b<a", "c<b"], "a(b(c) b)"),
        ([], ""),
    ],
    ids=str,
)
def test_forests(pairs: list[str], shape: str) -> None:
    roots = forest(_spans(*pairs))
    assert _shape(roots) == shape
    assert len(_flat(json.loads(forest_json(roots)))) == len(pairs)


def test_a_chain_of_a_hundred_thousand_spans_is_written() -> None:
    spans = _spans("0", *(f"{n}<{n - 1}" for n in range(1, 100_000)))
    text = forest_json(forest(spans))
    assert text.startswith(b'[{"span_id":"0","parent_span_id":"","orphan":false,"children":[{')
    assert text.count(b'"children":[') == 100_000
    assert text.endswith(b'"children":[]}' + b"]}" * 99_999 + b"]")


def _flat(spans: list[Any]) -> list[str]:
    return [i for span in spans for i in (span["span_id"], *_flat(span["children"]))]
