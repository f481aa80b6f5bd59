"""What the documentation shows in other languages than the shell's is right as well."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from otel_replay.config import load_settings
from tests.docs.addresses import at_running
from tests.docs.pages import Block, blocks
from tests.support.process import Up

LANGUAGES = {"sh", "python", "sql", "json", "toml", "yaml", "html", "js", "nginx", "mermaid"}


def test_blocks_name_a_language_that_is_known() -> None:
    assert {str(block) for block in blocks() if block.language not in LANGUAGES} == set()


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_python_compiles(block: Block) -> None:
    compile(block.text, str(block), "exec")


@pytest.mark.parametrize(
    "block", [b for b in blocks("python") if "import clickhouse_connect" in b.text], ids=str
)
def test_python_that_asks_clickhouse_runs(block: Block, up: Up) -> None:
    port = up.addresses["sql"].rpartition(":")[2]
    script = at_running(block.text, up).replace("port=8123", f"port={port}")
    assert script != block.text
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=180, check=False
    )
    assert (result.returncode, result.stdout) == (0, "[]\n"), result.stderr


@pytest.mark.parametrize("block", blocks("sql"), ids=str)
def test_sql_runs_where_readers_may_send_it(block: Block, up: Up) -> None:
    assert up.sql(block.text) == []


@pytest.mark.parametrize("block", blocks("json"), ids=str)
def test_json_parses(block: Block) -> None:
    json.loads(block.text)


@pytest.mark.parametrize("block", blocks("toml"), ids=str)
def test_a_settings_file_is_accepted(block: Block, tmp_path: Path) -> None:
    file = tmp_path / "otel-replay.toml"
    file.write_text(block.text, encoding="utf-8")
    settings = load_settings({}, {}, str(file))
    assert settings != load_settings({}, {}, str(_empty(tmp_path)))


def _empty(folder: Path) -> Path:
    file = folder / "empty.toml"
    file.write_text("")
    return file


@pytest.mark.parametrize("block", blocks("yaml"), ids=str)
def test_collector_configurations_use_the_exporters_they_define(block: Block) -> None:
    keys = list(yaml_keys(block.text))
    defined = {path[1] for path, _ in keys if path[0] == "exporters" and len(path) == 2}
    used = [value for path, value in keys if path[0] == "service" and path[-1] == "exporters"]
    assert defined
    assert used
    for value in used:
        assert set(re.findall(r"[^\[\], ]+", value)) <= defined


def yaml_keys(text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Path and value of each key, in the plain subset of YAML that configurations here keep to."""
    path: list[str] = []
    for line in text.splitlines():
        if not line.strip():
            continue
        match = re.fullmatch(r"((?:  )*)([\w./\-]+):(?: (\S.*))?", line)
        assert match, f"{line!r}: expected 'key: value' or 'key:', indented by twos"
        depth = len(match.group(1)) // 2
        assert depth <= len(path), f"{line!r} is indented too far"
        path[depth:] = [match.group(2)]
        yield tuple(path), match.group(3) or ""
