"""The command line, as a user meets it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.support.otlp import chunk_record, logs_request, span, traces_request
from tests.support.process import Up, wait_for

COMMANDS = ["up", "receive", "ui", "work", "migrate", "sql", "doctor", "erase", "retention", "demo"]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "otel_replay", *arguments],
        capture_output=True,
        text=True,
        timeout=180,
        env=os.environ | environment,
        check=False,
    )


def assert_one_sentence(result: subprocess.CompletedProcess[str], *named: str) -> None:
    """Exit code 2, one line on stderr, no traceback."""
    assert result.returncode == 2, result.stderr
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    for word in named:
        assert word in lines[0]


def test_help_lists_every_command() -> None:
    result = run("--help")
    assert result.returncode == 0
    for command in COMMANDS:
        assert command in result.stdout


def test_up_takes_the_flags_of_the_contract() -> None:
    text = run("up", "--help").stdout
    for flag in ("--data", "--otlp-grpc", "--otlp-http", "--ui", "--sql", "--demo"):
        assert flag in text


@pytest.mark.parametrize(
    ("arguments", "environment", "named"),
    [
        (["--ui", "8080"], {}, ["--ui", "HOST:PORT"]),
        (["--ui", "0.0.0.0:0"], {}, ["loopback"]),
        (["--sql", "0.0.0.0:0"], {}, ["loopback", "OTEL_REPLAY_SQL_USERS"]),
        ([], {"OTEL_REPLAY_CLICKHOUSE": "mysql://x"}, ["OTEL_REPLAY_CLICKHOUSE", "chdb:///path"]),
        ([], {"OTEL_REPLAY_BLOBS": "ftp://x"}, ["OTEL_REPLAY_BLOBS", "file:///path"]),
        (["--commit-delay-ms", "soon"], {}, ["--commit-delay-ms", "a whole number"]),
        (["--config", "/nowhere.toml"], {}, ["/nowhere.toml"]),
    ],
    ids=["no host", "not loopback", "no users", "clickhouse", "blobs", "number", "config file"],
)
def test_a_wrong_setting_is_one_sentence(
    tmp_path: Path, arguments: list[str], environment: dict[str, str], named: list[str]
) -> None:
    result = run("up", "--data", str(tmp_path / "d"), *arguments, **environment)
    assert_one_sentence(result, *named)


def test_a_file_that_is_no_text_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(b'data = "\xff"')
    assert_one_sentence(run("migrate", "--config", str(file)), str(file))


def test_a_data_folder_may_have_nearly_any_name(tmp_path: Path) -> None:
    folder = str(tmp_path / "däta #1&a=b %41;'")
    assert run("migrate", "--data", folder).returncode == 0
    result = run("sql", "SELECT count() FROM sessions", "--data", folder, "--format", "TSV")
    assert (result.stdout, result.stderr) == ("0\n", "")
    assert [path.name for path in tmp_path.iterdir()] == [Path(folder).name]
    assert_one_sentence(run("migrate", "--data", str(tmp_path / "a?b")), "a?b", "'?'")


def test_an_engine_that_another_process_has_open_is_said_so(tmp_path: Path) -> None:
    """The lock is the data folder's; the engine may lie elsewhere."""
    with Up(tmp_path / "first") as up:
        engine = f"chdb://{up.data}/clickhouse"
        result = run("migrate", "--data", str(tmp_path / "second"), "--clickhouse", engine)
    assert result.returncode == 2
    assert "stop the process that has it open" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["erase", "--session", "a"], ["--yes", "--dry-run"]),
        (["erase", "--session", "a", "--yes", "--project", "shop"], ["'shop'", "otel"]),
        (["erase", "--session", "a", "--dry-run"], ["no data", "--data"]),
        (["retention", "--project", "shop"], ["'shop'", "otel"]),
        (["up", "--admin-token", "short"], ["--admin-token is no token", "16 printable"]),
        (["up", "--retention-logs-days", "0"], ["retention_logs_days is 0", "1 to 36500"]),
    ],
    ids=["nobody to ask", "project", "no data", "project of retention", "token", "days"],
)
def test_what_a_job_needs_is_one_sentence(
    tmp_path: Path, arguments: list[str], named: list[str]
) -> None:
    assert_one_sentence(run(*arguments, "--data", str(tmp_path / "none")), *named)


def test_settings_come_from_a_file_too_and_unknown_keys_are_named(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('otlp_gprc = "127.0.0.1:1"\n')
    assert_one_sentence(run("migrate", "--config", str(file)), "otlp_gprc", "otlp_grpc")


@pytest.mark.parametrize("flag", ["--otlp-grpc", "--otlp-http", "--ui", "--sql"])
def test_a_port_in_use_is_one_sentence_with_the_remedy(tmp_path: Path, flag: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        flags = {f: "127.0.0.1:0" for f in ("--otlp-grpc", "--otlp-http", "--ui", "--sql")}
        flags[flag] = f"127.0.0.1:{taken.getsockname()[1]}"
        result = run("up", "--data", str(tmp_path), *(t for pair in flags.items() for t in pair))
    assert_one_sentence(result, flags[flag], flag)


def test_an_unwritable_data_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run("up", "--data", str(tmp_path / "file" / "data"))
    assert_one_sentence(result, "file/data", "--data")


def test_a_missing_extra_is_one_sentence(tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / "chdb.py").write_text("raise ModuleNotFoundError('no chdb', name='chdb')\n")
    path = os.pathsep.join([str(blocked), os.environ.get("PYTHONPATH", "")])
    result = run("up", "--data", str(tmp_path / "data"), PYTHONPATH=path)
    assert_one_sentence(result, "pip install 'otel-replay[server,embedded]'")


def test_one_process_for_a_data_folder_and_sql_through_it(tmp_path: Path) -> None:
    with Up(tmp_path / "data") as up:
        second = run("up", "--data", str(up.data))
        assert_one_sentence(second, "in use by process", "--data")
        body = traces_request([span(name="seen")]).SerializeToString()
        headers = {"Content-Type": "application/x-protobuf"}
        requests.post(f"{up.addresses['otlp_http']}/v1/traces", body, headers=headers, timeout=60)
        # What is acknowledged on a slow machine may wait on the disk at first.
        wait_for("the span", lambda: up.sql("SELECT SpanName FROM otel_traces"))
        running = run(
            *("sql", "SELECT SpanName FROM otel_traces", "--data", str(up.data), "--format", "CSV")
        )
        assert (running.returncode, running.stdout) == (0, '"seen"\n')
        assert up.terminate() == 0
    for statement in (
        "SELECT SpanName FROM otel_traces",
        "SELECT SpanName FROM otel_traces format CSV",
    ):
        stopped = run("sql", statement, "--data", str(up.data), "--format", "CSV")
        assert (stopped.returncode, stopped.stdout) == (0, '"seen"\n'), stopped.stderr
    written = run("sql", "DROP TABLE otel_traces", "--data", str(up.data))
    assert written.returncode == 1
    assert "only SELECT, SHOW" in written.stderr


def test_sql_without_data_says_so(tmp_path: Path) -> None:
    assert_one_sentence(run("sql", "SELECT 1", "--data", str(tmp_path / "none")), "no data")


def test_migrate_is_safe_to_repeat(tmp_path: Path) -> None:
    first = run("migrate", "--data", str(tmp_path))
    assert "applied 0001_otel_logs" in first.stdout
    assert run("migrate", "--data", str(tmp_path)).stdout == "nothing to do\n"


def test_a_relative_data_folder_is_one_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with Up(Path("here")) as up:
        record = logs_request([chunk_record(0)], scope_name="otel_replay.recorder")
        response = requests.post(
            f"{up.addresses['otlp_http']}/v1/logs",
            record.SerializeToString(),
            headers={"Content-Type": "application/x-protobuf"},
            timeout=60,
        )
        assert response.status_code == 200
    assert sorted(p.name for p in tmp_path.iterdir()) == ["here"]
    assert list((tmp_path / "here" / "blobs" / "packs").rglob("*"))
    assert {p.name for p in (tmp_path / "here" / "scratch").iterdir()} <= {"__cache__"}


def test_the_shop_ends_with_its_last_telemetry_delivered(tmp_path: Path) -> None:
    with Up(tmp_path / "data", "--demo") as up:
        shop = up.addresses["demo_shop"]
        assert requests.get(f"{shop}/products/kettle", timeout=60).status_code == 200
        assert up.terminate() == 0
    result = run(
        *("sql", "SELECT count() > 0 FROM otel_traces WHERE ServiceName = 'checkout'"),
        *("--data", str(up.data), "--format", "TSV"),
    )
    assert result.stdout == "1\n", result.stderr
