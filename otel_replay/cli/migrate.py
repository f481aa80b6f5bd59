"""``otel-replay migrate``: makes or upgrades tables, or takes over the Collector's."""

from __future__ import annotations

import sys
from collections.abc import Callable

from otel_replay import adoption
from otel_replay.cli.stores import Store, migrate_all, open_stores
from otel_replay.config import Settings
from otel_replay.errors import ConfigError
from otel_replay.storage.cluster import clustered
from otel_replay.storage.migrate import NEWEST, migrations, missing, refuse_others_tables
from otel_replay.storage.read_user import read_user

WOULD_CHANGE = 3
"""Exit code of --check when there is something to do."""
_BAR = 30


def run_migrate(
    settings: Settings,
    *,
    check: bool,
    adopt: bool,
    step_rows: int,
    print_read_user: bool,
    print_cluster: str,
) -> int:
    """Returns the exit code. Raises OtelReplayError."""
    if step_rows < 1:
        raise ConfigError(f"--step-rows is {step_rows}: expected 1 or more")
    if print_read_user:
        names = (project.name for project in settings.projects)
        print("\n\n".join(read_user(name, print_cluster) for name in names))
        return 0
    if print_cluster:
        statements = clustered(migrations(NEWEST), print_cluster)
        print("\n\n".join(f"{statement};" for statement in statements))
        return 0
    with open_stores(settings) as stores:
        if check:
            return _say_what_would_change(stores.all, adopt=adopt, step_rows=step_rows)
        if adopt:
            for store in stores.all:
                _adopt(store, step_rows)
            return 0
        applied = migrate_all(stores.all)
    print("\n".join(f"applied {name}" for name in applied) or "nothing to do")
    return 0


def _say_what_would_change(stores: tuple[Store, ...], *, adopt: bool, step_rows: int) -> int:
    lines = []
    for store in stores:
        if adopt:
            found = adoption.plan(store.database, step_rows).lines()
        else:
            refuse_others_tables(store.database)
            found = [
                f"apply {m.name} ({len(m.statements)} statements)" for m in missing(store.database)
            ]
        lines += found if len(stores) == 1 else [f"{store.project.name}: {line}" for line in found]
    print("\n".join(lines) or "nothing to do")
    return WOULD_CHANGE if lines else 0


def _adopt(store: Store, step_rows: int) -> None:
    done = adoption.adopt(store.database, step_rows, progress_bar(f"{store.project.name}: "))
    print(
        f"{store.project.name}: adopted; {len(done.migrations)} migrations,"
        f" {len(done.steps)} steps, {done.rows:,} rows looked at"
    )


def progress_bar(title: str) -> Callable[[int, int, str], None]:
    """Draws on standard error: one line on a terminal, elsewhere a line for each step."""
    on_terminal = sys.stderr.isatty()

    def show(done: int, of: int, what: str) -> None:
        share = done / of if of else 1.0
        bar = "█" * round(share * _BAR)
        text = f"{title}{bar:░<{_BAR}} {share:4.0%}  {done:,} of {of:,} rows  {what}"
        end = "\n" if not on_terminal or what == "sessions" else ""
        print(f"\r\x1b[K{text}" if on_terminal else text, end=end, file=sys.stderr, flush=True)

    return show
