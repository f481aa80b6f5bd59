"""The numbered files, as text: what one of them repeats of another."""

from __future__ import annotations

import re
from importlib import resources

from otel_replay.storage.migrate import statements

_VIEW = re.compile(
    r"(?:--[^\n]*\n)*"
    r"(?:CREATE MATERIALIZED VIEW IF NOT EXISTS (\w+) TO \w+ AS|ALTER TABLE (\w+) MODIFY QUERY)\n"
    r"(.*)",
    re.DOTALL,
)
_MOVED = "0014_cheaper_inserts.sql"


def _views(*, moved: bool) -> dict[str, str]:
    """The last SELECT of each view over logs or spans, of 0014 or of the files before it."""
    folder = resources.files("otel_replay.storage") / "migrations"
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".sql"))
    found = {}
    for name in names:
        if (name == _MOVED) is not moved or name > _MOVED:
            continue
        for statement in statements((folder / name).read_text(encoding="utf-8")):
            match = _VIEW.fullmatch(statement)
            if match:
                found[match[1] or match[2]] = match[3]
    return found


def test_views_that_moved_to_fewer_rows_say_what_they_said_before() -> None:
    before, after = _views(moved=False), _views(moved=True)
    expected = {
        name: select.replace("FROM otel_logs", "FROM session_logs").replace(
            "FROM otel_traces", "FROM session_spans"
        )
        for name, select in before.items()
        if re.search(r"FROM otel_(logs|traces)\b", select)
    }
    del expected["otel_traces_trace_id_ts_mv"]
    assert {name: after.get(name) for name in expected} == expected
