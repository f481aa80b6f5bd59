"""The figures that the reference describes, and that dashboards and alerts name, exist."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
from prometheus_client.core import Metric

from otel_replay.exposition import ProcessFigures
from otel_replay.instruments import Instruments
from tests.docs.pages import ROOT, prose, table

PAGE = ROOT / "docs" / "reference" / "observability.md"
DASHBOARD = ROOT / "deploy" / "grafana" / "otel-replay.json"
ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yaml"
_NAME = re.compile(r"\botel(?:col|_replay)_\w+")
_IN_HISTOGRAM = re.compile(r"_(bucket|sum|count)$")


def _figures_of(instruments: Instruments) -> Iterator[Any]:
    for value in vars(instruments).values():
        for figure in value.values() if isinstance(value, dict) else (value,):
            if hasattr(figure, "_labelnames"):
                yield figure


def _of_instrument(figure: Any) -> list[str]:
    labels = "`, `".join(figure._labelnames) or "none"
    return [_name(figure._name, figure._type), figure._type, labels]


def _name(name: str, kind: str) -> str:
    return f"{name}_total" if kind == "counter" else name


def _of_process(metric: Metric) -> list[str]:
    labels = sorted({label for sample in metric.samples for label in sample.labels})
    return [_name(metric.name, metric.type), metric.type, ", ".join(labels) or "none"]


@pytest.fixture(scope="module")
def existing() -> list[list[str]]:
    """Name, type and labels of every figure."""
    return [
        *map(_of_instrument, _figures_of(Instruments())),
        *map(_of_process, ProcessFigures([os.getpid()]).collect()),
    ]


def test_every_figure_is_described(existing: list[list[str]]) -> None:
    documented = [row[:3] for row in table(prose(PAGE), "figure")]
    assert sorted(documented) == sorted(existing)


def _queries(value: Any) -> Iterator[str]:
    """All PromQL of a dashboard."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in ("expr", "query") and isinstance(inner, str):
                yield inner
            yield from _queries(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _queries(inner)


def _known(names: set[str], existing: list[list[str]]) -> set[str]:
    histograms = {name for name, kind, _ in existing if kind == "histogram"}
    plain = {name for name, kind, _ in existing if kind != "histogram"}
    return {n for n in names if n in plain or _IN_HISTOGRAM.sub("", n) in histograms}


def test_the_dashboard_shows_figures_that_exist(existing: list[list[str]]) -> None:
    dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    names = {name for query in _queries(dashboard) for name in _NAME.findall(query)}
    assert len(names) > 20
    assert _known(names, existing) == names


def test_panels_of_the_dashboard_do_not_overlap() -> None:
    taken = set()
    for panel in json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]:
        place = panel["gridPos"]
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert 0 <= x < 24
                assert (x, y) not in taken, panel["title"]
                taken.add((x, y))


def test_alerts_name_figures_that_exist(existing: list[list[str]]) -> None:
    text = ALERTS.read_text(encoding="utf-8")
    names = set(_NAME.findall(text))
    assert len(names) > 5
    assert _known(names, existing) == names
    alerts = len(re.findall(r"^ +- alert: ", text, re.M))
    assert alerts == len(re.findall(r"^ +expr: ", text, re.M))
    assert alerts == len(re.findall(r"^ +description: ", text, re.M))
