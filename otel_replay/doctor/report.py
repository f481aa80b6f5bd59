"""What the checks found, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Literal

Status = Literal["ok", "warning", "failed", "skipped"]
_SHOWN: dict[Status, str] = {
    "ok": "ok     ",
    "warning": "warning",
    "failed": "FAILED ",
    "skipped": "skipped",
}


@dataclass(frozen=True)
class Check:
    """The outcome of one check."""

    name: str
    """Two or three words; the same in each run."""
    status: Status
    message: str
    remedy: str = ""
    """What to do, where something is wrong."""
    ms: float | None = None
    """How long it took, where that says something."""

    def __str__(self) -> str:
        took = "" if self.ms is None else f" ({self.ms:.0f} ms)"
        line = f"{_SHOWN[self.status]}  {self.name}: {self.message}{took}"
        return f"{line}\n         -> {self.remedy}" if self.remedy else line


def ok(name: str, message: str, ms: float | None = None) -> Check:
    return Check(name, "ok", message, ms=ms)


def warning(name: str, message: str, remedy: str) -> Check:
    return Check(name, "warning", message, remedy)


def failed(name: str, message: str, remedy: str) -> Check:
    return Check(name, "failed", message, remedy)


def skipped(name: str, message: str) -> Check:
    return Check(name, "skipped", message)


@dataclass
class Report:
    """All checks, in order; `show` is called with each as it is done."""

    show: Callable[[Check], None] = lambda _check: None
    checks: list[Check] = field(default_factory=list)

    def add(self, *checks: Check) -> None:
        for check in checks:
            self.checks.append(check)
            self.show(check)

    @property
    def healthy(self) -> bool:
        """Whether nothing failed; warnings do not count."""
        return not any(check.status == "failed" for check in self.checks)

    def summary(self) -> str:
        """The last line for people."""
        number = sum(check.status == "failed" for check in self.checks)
        warnings = sum(check.status == "warning" for check in self.checks)
        if number:
            return f"{number} of {len(self.checks)} checks failed"
        return "everything works" + (f", with {warnings} warnings" if warnings else "")

    def json(self) -> str:
        """``{"healthy": true, "checks": [{"name", "status", "message", "remedy", "ms"}]}``"""
        body = {"healthy": self.healthy, "checks": [asdict(check) for check in self.checks]}
        return json.dumps(body, indent=1)
