"""How long each kind of a project's data is kept, counted from when its session began.

What is set at run time (table `project_settings`) wins over the settings of the process. Rows of
sessions go when their session's time is over; see expiry.py. What belongs to no session goes by the
tables' TTL, which counts from arrival and so never takes a session's rows too early.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from otel_replay.errors import InvalidDataError
from otel_replay.jobs import Asked
from otel_replay.storage.alter import alter
from otel_replay.storage.clickhouse import Database
from otel_replay.storage.queries import read_query

KINDS = ("replay", "logs", "traces", "metrics")
MAX_DAYS = 36_500
_DAYS = re.compile(r"(\d{1,5})d?")
_PREFIX = "retention_"

_METRICS = ("gauge", "sum", "summary", "histogram", "exponential_histogram")
TTLS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "otel_logs": ("ReceivedAt", ("logs",)),
    "otel_traces": ("ReceivedAt", ("traces",)),
    "otel_traces_trace_id_ts": ("ReceivedAt", ("traces",)),
    "replay_chunks": ("toDateTime(ReceivedAt)", ("replay",)),
    "session_inputs": ("toDateTime(ReadAt)", ("replay",)),
    "session_events": ("toDateTime(ReceivedAt)", ("logs", "traces")),
    "session_errors": ("toDateTime(ReceivedAt)", ("logs", "traces")),
    "trace_exceptions": ("ReceivedAt", ("logs", "traces")),
    "session_traces": ("toDateTime(ReceivedAt)", ("replay", "logs", "traces")),
    "trace_sessions": ("ReceivedAt", ("replay", "logs", "traces")),
    "sessions": ("toDateTime(LastSeen)", ("replay", "logs", "traces")),
    **{f"otel_metrics_{kind}": ("ReceivedAt", ("metrics",)) for kind in _METRICS},
}
"""Table to the time that its TTL counts from, and to the kinds of which the longest counts."""


@dataclass(frozen=True)
class Retention:
    """Days for each kind."""

    replay: int = 30
    logs: int = 30
    traces: int = 30
    metrics: int = 30

    def days(self, *kinds: str) -> int:
        """The most of these kinds."""
        return max(int(getattr(self, kind)) for kind in kinds)

    @property
    def session(self) -> int:
        """Of the session itself: as long as anything of it is kept."""
        return self.days("replay", "logs", "traces")


def of_project(database: Database, defaults: Retention) -> Retention:
    """What holds now. Raises QueryError and UnavailableError."""
    names = {f"{_PREFIX}{kind}": kind for kind in KINDS}
    rows = database.query(read_query(__package__, "settings"), {"names": list(names)})
    return replace(defaults, **{names[row["Name"]]: int(row["Value"]) for row in rows})


def change(database: Database, days: Mapping[str, int], changed_by: str) -> None:
    """Sets the days of some kinds."""
    rows = [
        {"Name": f"{_PREFIX}{kind}", "Value": str(number), "ChangedBy": changed_by}
        for kind, number in days.items()
    ]
    database.insert("project_settings", rows)


def apply_ttls(database: Database, retention: Retention) -> list[str]:
    """Makes the tables' TTLs fit; returns the tables that were changed, mostly none."""
    rows = database.query(read_query(__package__, "ttls"), {"tables": list(TTLS)})
    changed = []
    for row in sorted(rows, key=lambda row: str(row["table"])):
        column, kinds = TTLS[row["table"]]
        days = retention.days(*kinds)
        if row["days"] == days:
            continue
        # What the rows that are there already have written down must change too, or parts of
        # before would go by the old days; but their rows need not be read for it.
        alter(
            database,
            f"ALTER TABLE {row['table']} MODIFY SETTING materialize_ttl_recalculate_only = 1",
        )
        alter(
            database,
            f"ALTER TABLE {row['table']} MODIFY TTL {column} + toIntervalDay({days})",
            settings={"mutations_sync": 1, "materialize_ttl_after_modify": 1},
        )
        changed.append(row["table"])
    return changed


def retention_job(asked: Asked, defaults: Retention) -> dict[str, Any]:
    """The job ``retention``: shows the days of each kind, and sets those that are given.

    Parameters: ``replay``, ``logs``, ``traces``, ``metrics``, each such as ``30d``.
    """
    asked.only(*KINDS)
    days = {kind: _days(kind, text) for kind in KINDS if (text := asked.text(kind))}
    change(asked.database, days, asked.asked_by)
    retention = of_project(asked.database, defaults)
    changed = apply_ttls(asked.database, retention) if days else []
    return {**asdict(retention), "session": retention.session, "tables_changed": changed}


def _days(kind: str, text: str) -> int:
    match = _DAYS.fullmatch(text)
    if match is None or not 1 <= int(match.group(1)) <= MAX_DAYS:
        raise InvalidDataError(f"{kind} is {text!r}: expected days, 1d to {MAX_DAYS}d")
    return int(match.group(1))
