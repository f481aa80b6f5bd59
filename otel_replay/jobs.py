"""Jobs: what an operator asks a project's storage to do, such as erasing a person.

A job may run in the process that was asked, or be handed to the one that holds the embedded
engine; so what goes in and comes out is plain data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from otel_replay.errors import InvalidDataError, NotFoundError
from otel_replay.storage.blobs import BlobStore
from otel_replay.storage.clickhouse import Database

Progress = Callable[[Mapping[str, Any]], None]
"""Takes what a job tells while it is at it; whatever JSON holds. Never raises."""


@dataclass(frozen=True)
class Asked:
    """What a job works on, and what was asked of it."""

    database: Database
    blobs: BlobStore
    parameters: Mapping[str, Any]
    asked_by: str
    """User of the operating system, or ``api``."""
    progress: Progress

    def text(self, name: str, default: str = "") -> str:
        """A parameter that is a text. Raises InvalidDataError."""
        value = self.parameters.get(name, default)
        if not isinstance(value, str):
            raise InvalidDataError(f"parameter {name!r} is {value!r}: expected a text")
        return value

    def flag(self, name: str) -> bool:
        """A parameter that is true or false; false when absent. Raises InvalidDataError."""
        value = self.parameters.get(name, False)
        if not isinstance(value, bool):
            raise InvalidDataError(f"parameter {name!r} is {value!r}: expected true or false")
        return value

    def only(self, *known: str) -> None:
        """Raises InvalidDataError for a parameter that does not exist, which is a misspelt one."""
        if unknown := sorted(set(self.parameters) - set(known)):
            raise InvalidDataError(
                f"parameter {unknown[0]!r} does not exist: expected some of {', '.join(known)}"
            )


Job = Callable[[Asked], dict[str, Any]]
"""Does the work; returns its report, whatever JSON holds. Raises OtelReplayError. It may be cut off
at any moment, as by a crash: asked again, it does what is left."""
Jobs = Mapping[str, Job]
"""By name."""


def job_named(jobs: Jobs, name: str) -> Job:
    """Raises NotFoundError."""
    job = jobs.get(name)
    if job is None:
        raise NotFoundError(f"there is no job {name!r}: expected one of {', '.join(sorted(jobs))}")
    return job
