"""``otel-replay fsck``: whether every row has its bytes, every blob its rows, and sessions agree.

Traffic may go on meanwhile. What is under way is counted as pending, and what looks wrong is looked
at again before it is reported.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from otel_replay.care.derived import Derived
from otel_replay.care.erased import Erased
from otel_replay.care.findings import Findings, Say
from otel_replay.care.kept import KeptFrom
from otel_replay.care.patience import PatientBlobs
from otel_replay.care.places import Graces, Places
from otel_replay.care.repair import Repair
from otel_replay.erasure.retention import Retention, of_project
from otel_replay.errors import InvalidDataError
from otel_replay.jobs import Asked
from otel_replay.storage.blobs import BlobStore
from otel_replay.storage.clickhouse import Database


def fsck(usual: Graces, defaults: Retention, asked: Asked) -> dict[str, Any]:
    """The job. Parameters: ``repair``, ``deep`` (true or false) and ``grace_s``, for which there
    are `usual` ones; `defaults` hold where the project has no retention of its own.

    Raises InvalidDataError, QueryError and UnavailableError.
    """
    asked.only("repair", "deep", "grace_s")
    graces = _graces(asked.parameters.get("grace_s"), usual)
    return examine(
        asked.database,
        asked.blobs,
        repair=asked.flag("repair"),
        deep=asked.flag("deep"),
        graces=graces,
        defaults=defaults,
        say=asked.progress,
    )


def examine(
    database: Database,
    blobs: BlobStore,
    *,
    repair: bool = False,
    deep: bool = False,
    graces: Graces | None = None,
    defaults: Retention | None = None,
    say: Say = lambda _told: None,
    clock: Callable[[], float] = time.time,
) -> dict[str, Any]:
    """Looks at everything of a project; returns `Findings.report` and how long it took."""
    started = time.monotonic()
    found = Findings()
    patient = PatientBlobs(blobs)
    mending = Repair(database, patient) if repair else None
    kept = KeptFrom.of(of_project(database, defaults or Retention()), int(clock() * 1000))
    graces = graces or Graces()
    Places(database, patient, found, mending, deep, graces, clock, kept.chunks_ms).run(say)
    Derived(database, found, mending, deep, clock, kept.all_ms).run(say)
    Erased(database, patient, found, mending).run(say)
    return {**found.report(), "deep": deep, "seconds": round(time.monotonic() - started, 3)}


def _graces(value: Any, usual: Graces) -> Graces:
    if value is None:
        return usual
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise InvalidDataError(f"parameter 'grace_s' is {value!r}: expected seconds from 0 on")
    return Graces(value, value)
