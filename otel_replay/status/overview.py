"""Collects the status of a project: from its database, and from the figures of this process."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from otel_replay import __version__
from otel_replay.erasure.retention import Retention, of_project
from otel_replay.errors import OtelReplayError
from otel_replay.instruments import Instruments
from otel_replay.status.reasons import help_for
from otel_replay.storage.blobs.costs import DOLLARS_PER_GIB_MONTH
from otel_replay.storage.clickhouse import Database
from otel_replay.storage.queries import read_query

log = logging.getLogger(__name__)

T = TypeVar("T")

SIGNALS = ("traces", "logs", "metrics", "replay")
_MINUTE_S, _DAY_S = 60, 86400
_MINUTES = 60
_WORKER_LATE_S = 120


def nothing_wrong() -> list[str]:
    """The problems of a process that has none to tell of."""
    return []


@dataclass(frozen=True)
class Sources:
    """Where the status of a project comes from."""

    database: Database
    project: str = ""
    """As in the figures; the database's name when empty."""
    instruments: Instruments = field(default_factory=Instruments)
    """Of this process; what other processes have waiting is not in them."""
    problems: Callable[[], list[str]] = nothing_wrong
    retention: Retention = Retention()
    """Of projects that have set nothing at run time."""

    @property
    def name(self) -> str:
        return self.project or self.database.address.database


def overview(sources: Sources, now_s: float) -> dict[str, Any]:
    """The status as the API tells it. What cannot be had is None, and said in `problems`."""
    reader = _Reader(sources.database)
    midnight_s = int(now_s) // _DAY_S * _DAY_S
    first_minute_s = (int(now_s) // _MINUTE_S - _MINUTES + 1) * _MINUTE_S
    signals = reader.rows("signals", midnight_s=midnight_s)
    minutes = reader.rows("minutes", since_s=first_minute_s)
    tables = reader.rows("tables")
    recordings = next(iter(reader.rows("recordings") or ()), None)
    body = {
        "version": __version__,
        "project": sources.name,
        "now_ms": int(now_s * 1000),
        "signals": None if signals is None else _signals(signals, minutes or [], first_minute_s),
        "keys": reader.rows("keys", midnight_s=midnight_s),
        "refusals": _refusals(reader.rows("refusals", since_s=int(now_s) - _DAY_S)),
        "tables": None if tables is None else [row for row in tables if row["rows"]],
        "recordings": recordings,
        "retention": reader.retention(sources.retention),
        "blobs": _blobs(sources, recordings),
        "receiver": _receiver(sources),
        "sessions": _sessions(sources, now_s),
    }
    # The checks ask storage themselves: what it says once need not be said twice.
    problems = list(dict.fromkeys([*sources.problems(), *reader.problems, *_late(body)]))
    return body | {"problems": problems}


class _Reader:
    """Runs the queries; one that fails is a problem to show, not an end of the page."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.problems: list[str] = []

    def rows(self, name: str, **parameters: Any) -> list[dict[str, Any]] | None:
        return self._read(
            name, lambda: self._database.query(read_query(__package__, name), parameters)
        )

    def retention(self, defaults: Retention) -> dict[str, int] | None:
        """Days of each kind."""
        return self._read("retention", lambda: asdict(of_project(self._database, defaults)))

    def _read(self, name: str, read: Callable[[], T]) -> T | None:
        if self.problems:
            return None
        try:
            return read()
        except OtelReplayError as exc:
            log.warning("the status page cannot read %s: %s", name, exc)
            self.problems.append(f"storage: {str(exc).partition(chr(10))[0][:300]}")
            return None


def _signals(
    rows: Sequence[Mapping[str, Any]], minutes: Sequence[Mapping[str, Any]], first_minute_s: int
) -> list[dict[str, Any]]:
    known = {row["signal"]: row for row in rows}
    per_minute = {signal: [0] * _MINUTES for signal in SIGNALS}
    for row in minutes:
        index = (row["minute_s"] - first_minute_s) // _MINUTE_S
        if row["signal"] in per_minute and 0 <= index < _MINUTES:
            per_minute[row["signal"]][index] += row["records"]
    none = {"last_ms": None, "requests": 0, "records": 0, "bytes": 0}
    return [
        {**none, **known.get(signal, {}), "signal": signal, "per_minute": per_minute[signal]}
        for signal in SIGNALS
    ]


def _refusals(rows: list[dict[str, Any]] | None) -> list[dict[str, Any]] | None:
    if rows is None:
        return None
    return [
        {**row, "comes_again": bool(row["comes_again"]), "help": help_for(row["reason"])}
        for row in rows
    ]


def _blobs(sources: Sources, recordings: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What S3 is asked by this process, and what that costs; None where blobs cost nothing."""
    figures = sources.instruments
    if not any(metric.samples for metric in figures.blob_dollars.collect()):
        return None
    hour = figures.recent_blob_requests.last_hour()
    stored = None if recordings is None else recordings["bytes"] / 2**30 * DOLLARS_PER_GIB_MONTH
    return {
        "requests_last_hour": hour.requests,
        "written_bytes": _sum(figures.blob_bytes, direction="written"),
        "read_bytes": _sum(figures.blob_bytes, direction="read"),
        "request_dollars_per_month": hour.dollars_per_month,
        "stored_dollars_per_month": stored,
    }


def _receiver(sources: Sources) -> dict[str, Any] | None:
    """What waits in this process; None where it receives nothing."""
    figures = sources.instruments
    capacity = _sum(figures.queue_capacity_bytes, project=sources.name)
    if not capacity:
        return None
    return {
        "queue_bytes": _sum(figures.queue_bytes, project=sources.name),
        "queue_capacity_bytes": capacity,
        "spool_bytes": _sum(figures.spool_bytes, project=sources.name),
        "spool_capacity_bytes": _sum(figures.spool_capacity_bytes, project=sources.name),
        "spool_oldest_s": _sum(figures.spool_oldest_seconds, project=sources.name),
        "requests_under_way": _sum(figures.requests_under_way),
        "memory_bytes": _sum(figures.memory_bytes),
        "memory_soft_limit_bytes": _sum(figures.memory_limit_bytes, limit="soft"),
        "memory_hard_limit_bytes": _sum(figures.memory_limit_bytes, limit="hard"),
    }


def _sessions(sources: Sources, now_s: float) -> dict[str, Any] | None:
    """The session worker of this process; None where there is none."""
    done_s = _sum(sources.instruments.session_round_timestamp, project=sources.name)
    if not done_s:
        return None
    lag_s = _sum(sources.instruments.session_lag_seconds, project=sources.name)
    late = now_s - done_s > _WORKER_LATE_S
    return {"last_round_ms": int(done_s * 1000), "lag_s": lag_s, "late": late}


def _late(body: Mapping[str, Any]) -> list[str]:
    if not body["sessions"] or not body["sessions"]["late"]:
        return []
    minutes = (body["now_ms"] - body["sessions"]["last_round_ms"]) // 60_000
    return [f"sessions: none were computed for {minutes} minutes; the log says why"]


def _sum(figure: Any, **labels: str) -> float:
    """The sum over what has these labels."""
    return float(
        sum(
            sample.value
            for metric in figure.collect()
            for sample in metric.samples
            if labels.items() <= sample.labels.items() and not sample.name.endswith("_created")
        )
    )
