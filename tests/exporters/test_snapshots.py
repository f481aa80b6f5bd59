"""The generated schema, columns, statements and SELECTs of each signal, compared as text.

A change of a message or a row shows here, in full. After one that is meant, renew the files with
``python -m tests.exporters.test_snapshots`` and read their diff: the tables' hashed names change
with them, and so do those of every database at its next start.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from otel_replay.telemetry import SIGNAL_NAMES, SignalName
from otel_replay_exporters.clickhouse.signals import SIGNALS

FOLDER = Path(__file__).parent / "snapshots"
RENEW = "python -m tests.exporters.test_snapshots"


def snapshots(signal: SignalName) -> dict[str, str]:
    """File name to text."""
    described = SIGNALS[signal]
    return {
        f"{signal}.proto": re.sub(r"(?<=[{;]) ", "\n", described.schema),
        f"{signal}.sql": ";\n\n".join(map(_lines, described.ddl.values())) + "\n",
    }


def _lines(statement: str) -> str:
    """Long lists of columns with one on each line, so that a diff shows which has changed."""
    if not statement.startswith("CREATE TABLE"):
        return statement
    return re.sub(r", (?=\w+ [A-Z])", ",\n    ", statement)


@pytest.mark.parametrize("signal", SIGNAL_NAMES)
def test_the_generated_text_is_as_checked_in(signal: SignalName) -> None:
    for name, text in snapshots(signal).items():
        path = FOLDER / name
        assert path.exists(), f"{path.name} is missing: write it with '{RENEW}'"
        assert text == path.read_text(encoding="utf-8"), f"if this is meant, renew it: '{RENEW}'"


def test_no_snapshot_is_left_over() -> None:
    known = {name for signal in SIGNAL_NAMES for name in snapshots(signal)}
    assert {path.name for path in FOLDER.iterdir()} == known


def renew() -> None:
    """Writes the files anew."""
    FOLDER.mkdir(exist_ok=True)
    for signal in SIGNAL_NAMES:
        for name, text in snapshots(signal).items():
            (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    renew()
