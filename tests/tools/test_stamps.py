"""A step runs again exactly when its inputs changed or its outputs went away."""

from __future__ import annotations

import os
from pathlib import Path

from tools.stamps import Stamp, digest_of, files_below


def test_step_is_current_only_with_the_same_inputs(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_text("one")
    stamp = Stamp(tmp_path / "stamps" / "step", ())
    assert not stamp.is_current(digest_of([source]))
    stamp.write(digest_of([source]))
    assert stamp.is_current(digest_of([source]))
    source.write_text("two")
    assert not stamp.is_current(digest_of([source]))


def test_time_of_a_file_does_not_matter(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_text("one")
    before = digest_of([source])
    os.utime(source, (1, 1))
    assert digest_of([source]) == before


def test_other_words_make_another_digest(tmp_path: Path) -> None:
    assert digest_of([], "node 20") != digest_of([], "node 24")
    assert digest_of([], "ab", "c") != digest_of([], "a", "bc")


def test_missing_output_makes_the_step_run_again(tmp_path: Path) -> None:
    output = tmp_path / "out.js"
    output.write_text("")
    stamp = Stamp(tmp_path / "step", (output,))
    stamp.write("digest")
    assert stamp.is_current("digest")
    output.unlink()
    assert not stamp.is_current("digest")


def test_cleared_step_runs_again(tmp_path: Path) -> None:
    stamp = Stamp(tmp_path / "step", ())
    stamp.write("digest")
    stamp.clear()
    stamp.clear()
    assert not stamp.is_current("digest")


def test_made_files_are_no_inputs(tmp_path: Path) -> None:
    for name in ("src/a.ts", "node_modules/b/index.js", "dist/c.js", "tsconfig.tsbuildinfo"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    assert list(files_below(tmp_path)) == [tmp_path / "src" / "a.ts"]
