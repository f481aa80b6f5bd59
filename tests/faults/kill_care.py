"""kill -9 while a project is packed, compacted, erased from, backed up and restored.

``python -m tests.faults.kill`` does each for as long as it is told; the suite does a few rounds.
Afterwards `fsck` must find nothing: nothing lost, nothing doubled, nothing left over.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tests.faults.visits import Visitors
from tests.support.process import Up, wait_for, wait_for_more_of_each

OPTIONS = (
    *("--commit-delay-ms", "10", "--compact-after-s", "0"),
    *("--pack-grace-s", "0", "--object-grace-s", "0"),
)
"""Sessions are compacted as soon as they end, and garbage is collected as soon as may be."""
PATIENCE_S = 240.0
Again = Callable[[int], bool]


@dataclass
class Scene:
    """A running ``up``, its visitors, and what was erased."""

    folder: Path
    up: Up
    visitors: Visitors
    chance: random.Random
    erased: set[str] = field(default_factory=set)
    rounds: Counter[str] = field(default_factory=Counter)
    longest_s: dict[str, float] = field(default_factory=dict)
    """How long what is killed took when it was not, for moments all over it."""

    @property
    def backup(self) -> Path:
        return self.folder / "backup"

    def wait_for_ended(self, more: int) -> None:
        goal = len(self.visitors.ended()) + more
        wait_for("visits to end", lambda: len(self.visitors.ended()) >= goal, PATIENCE_S)

    def kill(self, what: str, job: subprocess.Popen[bytes] | None = None) -> None:
        """Kills ``up`` at a moment within `what`, and starts it again."""
        began = time.monotonic()
        longest_s = self.longest_s.get(what, 3.0)
        self.visitors.pause(self.chance.uniform(0, longest_s))
        self.up.kill()
        if job is not None:
            job.wait(60)
            if job.returncode == 0:
                self.longest_s[what] = min(longest_s, time.monotonic() - began)
        self.up.start()
        self.rounds[what] += 1


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "otel_replay", *arguments]


def ask(data: Path, *arguments: str, code: int = 0) -> dict[str, Any]:
    """Runs a command that reports as JSON."""
    result = subprocess.run(
        command(*arguments, "--data", str(data), "--json"),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert result.returncode in (0, code), (arguments, result.stdout, result.stderr)
    report: dict[str, Any] = json.loads(result.stdout)
    return report


def begin(data: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """The same, without waiting; what it prints does not matter."""
    return subprocess.Popen(
        command(*arguments, "--data", str(data)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def kill_working(scene: Scene) -> None:
    """While chunks are packed, sessions computed and compacted, garbage collected."""
    scene.wait_for_ended(scene.chance.randint(1, 10))
    scene.kill("compaction")


def kill_erasing(scene: Scene) -> None:
    """While a session is erased."""
    scene.wait_for_ended(2)
    session = scene.chance.choice([s for s in scene.visitors.ended() if s not in scene.erased])
    wait_for("its row", lambda: scene.up.sql(_session(session)), PATIENCE_S)
    job = begin(scene.up.data, "erase", "--session", session, "--yes")
    scene.kill("erasure", job)
    if _has_begun(scene.up, session):
        scene.erased.add(session)


def _session(session: str) -> str:
    return f"SELECT SessionId FROM sessions FINAL WHERE SessionId = '{session}'"


def _has_begun(up: Up, session: str) -> bool:
    return bool(up.sql(f"SELECT 1 FROM erased_sessions WHERE SessionId = '{session}'"))


def kill_backup(scene: Scene) -> None:
    """While a backup is made, into the same folder each time."""
    scene.wait_for_ended(scene.chance.randint(1, 5))
    job = begin(scene.up.data, "backup", "--to", str(scene.backup))
    scene.kill("backup", job)


def kill_all(
    folder: Path,
    faults: Iterable[Callable[[Scene], None]],
    again: Again,
    chance: random.Random,
    visitors: int = 4,
) -> Scene:
    """Goes through the faults in turn; then everything that was taken must be there, once."""
    faults = list(faults)
    with Up(folder / "data", *OPTIONS) as up:
        with Visitors(lambda: str(up.addresses["otlp_http"]), visitors) as load:
            scene = Scene(folder, up, load, chance)
            while again(sum(scene.rounds.values())):
                faults[sum(scene.rounds.values()) % len(faults)](scene)
            scene.wait_for_ended(1)
            # What a kill left without an answer is sent again: a pack may hold it without a row.
            wait_for_more_of_each("an answer to each visitor", load.answers, PATIENCE_S)
            taken = load.taken()
            if kill_backup in faults:
                assert ask(up.data, "backup", "--to", str(scene.backup))["missing_blobs"] == 0
        check(up, load.taken(), scene.erased)
        assert up.terminate() == 0
    if kill_backup in faults:
        check_restored(scene, taken)
    return scene


def check(up: Up, taken: Iterable[tuple[str, str, int]], erased: set[str]) -> None:
    """Nothing is lost, doubled or left over, once the worker has done its work."""
    wait_for("erasures to be done", lambda: not up.sql(_UNDONE), PATIENCE_S)
    wait_for("sessions to be compacted", lambda: not up.sql(_LOOSE), PATIENCE_S)
    check_settled(up)
    check_chunks(up, taken, erased)


def check_settled(up: Up) -> None:
    """`fsck` finds nothing once all sessions are computed."""
    wait_for(
        "sessions to be computed",
        lambda: not ask(up.data, "fsck", code=1)["pending"].get("sessions"),
        PATIENCE_S,
    )
    assert check_sound(up.data)["pending"] == {}


def check_sound(data: Path) -> dict[str, Any]:
    """What is left over may only be garbage that waits for its time; without it, all is well."""
    collected = ask(data, "fsck", "--repair", "--grace-s", "0")
    assert set(collected["findings"]) <= {"orphan"}, collected
    report = ask(data, "fsck", "--deep", "--grace-s", "0", code=1)
    assert report["clean"], report
    assert report["findings"] == {}, report
    return report


def check_chunks(up: Up, taken: Iterable[tuple[str, str, int]], erased: set[str]) -> None:
    rows = up.sql("SELECT SessionId, Tab, Seq FROM replay_chunks FINAL")
    stored = Counter((row["SessionId"], row["Tab"], int(row["Seq"])) for row in rows)
    wanted = {chunk for chunk in taken if chunk[0] not in erased}
    assert wanted - set(stored) == set(), "chunks are lost"
    assert [chunk for chunk, n in stored.items() if n > 1] == [], "chunks are doubled"
    assert [chunk for chunk in stored if chunk[0] in erased] == [], "what was erased is there"
    for session, _tab, _seq in random.Random(1).sample(sorted(wanted), min(5, len(wanted))):
        url = f"{up.addresses['ui']}/api/v1/sessions/{session}/replay"
        replay = requests.get(url, timeout=60)
        assert replay.status_code == 200
        assert "otel_replay.damaged" not in replay.text


def check_restored(scene: Scene, taken: Iterable[tuple[str, str, int]]) -> None:
    """What was taken before the backup began comes back elsewhere."""
    data = scene.folder / "restored"
    ask(data, "restore", "--from", str(scene.backup))
    check_sound(data)
    with Up(data, *OPTIONS) as up:
        check_chunks(up, taken, scene.erased)
        assert up.terminate() == 0


def kill_restore(folder: Path, again: Again, chance: random.Random, visitors: int = 4) -> int:
    """A restore is killed again and again, until one is let go on to its end."""
    backup = folder / "backup"
    with Up(folder / "data", *OPTIONS) as up:
        with Visitors(lambda: str(up.addresses["otlp_http"]), visitors) as load:
            scene = Scene(folder, up, load, chance)
            scene.wait_for_ended(20)
            taken = load.taken()
        ask(up.data, "backup", "--to", str(backup))
        assert up.terminate() == 0
    data = folder / "restored"
    began = time.monotonic()
    whole = ask(data, "restore", "--from", str(backup))
    longest_s = time.monotonic() - began
    rounds = 0
    while again(rounds):
        shutil.rmtree(data)
        for _ in range(chance.randint(1, 3)):
            job = begin(data, "restore", "--from", str(backup))
            load.pause(chance.uniform(0, longest_s))
            job.kill()
            job.wait(60)
            rounds += 1
        result = subprocess.run(
            command("restore", "--from", str(backup), "--data", str(data), "--json"),
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        # One that had come to its end before it was killed says so.
        done = result.returncode == 0 or "has data" in result.stderr
        assert done, result.stderr
        check_sound(data)
    with Up(data, *OPTIONS) as up:
        check_chunks(up, taken, set())
        stored = up.sql("SELECT count() AS n FROM otel_logs")
        assert int(stored[0]["n"]) == whole["rows"]["otel_logs"]
        assert up.terminate() == 0
    return rounds


_UNDONE = "SELECT ErasureId FROM erasures FINAL WHERE State != 'done'"
_LOOSE = "SELECT SessionId FROM sessions FINAL WHERE State = 'finished' AND LooseChunks > 0"
