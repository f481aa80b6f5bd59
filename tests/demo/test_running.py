"""Starting and stopping the demo shop."""

from __future__ import annotations

import errno
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from otel_replay import browser
from otel_replay.demo import start_demo
from otel_replay.errors import ConfigError

# Port 9 is "discard": nothing that speaks OTLP is there.
NOWHERE = "http://127.0.0.1:9"
LIMIT_S = 60.0


def test_stop_ends_both_processes_though_telemetry_goes_nowhere(tmp_path: Path) -> None:
    demo = start_demo("127.0.0.1", 0, NOWHERE, tmp_path)
    assert is_open(demo.address)
    assert demo.failure() is None
    start = time.monotonic()
    demo.stop()
    # Exporters would try for a minute; the rest of this is for a slow machine.
    assert time.monotonic() - start < 20
    assert not is_open(demo.address)
    for service in demo.services:
        # Signal 0 reaches a zombie, too.
        with pytest.raises(ProcessLookupError):
            os.kill(service.process.pid, 0)


def test_demo_command_runs_until_it_is_told_to_stop(tmp_path: Path) -> None:
    with demo_command(tmp_path) as demo:
        address = announced_address(demo)
        assert is_open(address)
        demo.send_signal(signal.SIGTERM)
        assert demo.wait(LIMIT_S) == 0
    assert not is_open(address)


def test_demo_ends_when_a_service_does(tmp_path: Path) -> None:
    program = (
        "from otel_replay.demo import runner\n"
        "def with_a_dying_service(*arguments):\n"
        "    demo = start_demo(*arguments)\n"
        "    demo.services[0].process.kill()\n"
        "    return demo\n"
        "start_demo, runner.start_demo = runner.start_demo, with_a_dying_service\n"
        f"runner.run_demo('127.0.0.1', 0, {NOWHERE!r})"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 1
    assert "The demo's inventory service stopped by itself with status -9" in done.stderr


def test_without_a_folder_the_data_goes_with_the_demo() -> None:
    demo = start_demo("127.0.0.1", 0, NOWHERE)
    demo.stop()
    assert not is_open(demo.address)


def test_services_die_with_a_killed_parent(tmp_path: Path) -> None:
    program = (
        "import sys, time; from otel_replay.demo import start_demo; from pathlib import Path\n"
        f"demo = start_demo('127.0.0.1', 0, {NOWHERE!r}, Path({str(tmp_path)!r}))\n"
        "print(demo.address, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        address = parent.stdout.readline().strip()
        assert is_open(address)
        parent.kill()
    wait_until(lambda: not is_open(address))


@pytest.mark.parametrize("offset", [0, 1], ids=["the shop's", "the inventory's"])
def test_port_in_use_is_one_sentence_with_the_remedy(offset: int, tmp_path: Path) -> None:
    with taken_after_a_free_port(offset) as (port, taken):
        with pytest.raises(ConfigError, match="in use.*--demo-shop HOST:PORT") as raised:
            start_demo("127.0.0.1", port, NOWHERE, tmp_path)
        assert f"127.0.0.1:{taken}" in str(raised.value)


def test_address_of_another_machine_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot listen on 192\.0\.2\.1:8090.*--demo-shop"):
        start_demo("192.0.2.1", 8090, NOWHERE, tmp_path)


def test_missing_package_is_named_with_the_command_that_mends_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "waitress", None)
    with pytest.raises(ConfigError, match=r"waitress.*pip install 'otel-replay\[server\]'"):
        start_demo("127.0.0.1", 0, NOWHERE)


def test_unbuilt_browser_sdk_is_said_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(browser, "_BUILT", tmp_path / "otel.js")
    with pytest.raises(ConfigError, match="not built.*make setup"):
        start_demo("127.0.0.1", 0, NOWHERE)


def test_folder_that_cannot_be_made_is_said_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be made.*--data DIR"):
        start_demo("127.0.0.1", 0, NOWHERE, tmp_path / "file" / "demo")


def test_service_that_does_not_start_is_reported_with_its_output(tmp_path: Path) -> None:
    (tmp_path / "inventory.sqlite3").write_text("this is no database" * 100)
    with pytest.raises(ConfigError, match=r"inventory service stopped(.|\n)*not a database"):
        start_demo("127.0.0.1", 0, NOWHERE, tmp_path)


def test_a_service_that_dies_later_is_reported(tmp_path: Path) -> None:
    demo = start_demo("127.0.0.1", 0, NOWHERE, tmp_path)
    try:
        for service in demo.services:
            service.process.send_signal(signal.SIGKILL)
        wait_until(lambda: demo.failure() is not None)
        assert "stopped by itself with status -9" in str(demo.failure())
    finally:
        demo.stop()


def demo_command(data: Path) -> subprocess.Popen[str]:
    """Start ``otel-replay demo`` on free ports."""
    options = ["--demo-shop", "127.0.0.1:0", "--otlp-http", "127.0.0.1:9", "--data", str(data)]
    return subprocess.Popen(
        [sys.executable, "-m", "otel_replay", "demo", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def announced_address(demo: subprocess.Popen[str]) -> str:
    """Return the shop's address from the first line that the command prints."""
    assert demo.stdout is not None
    found = re.search(r"open at (http://\S+)", demo.stdout.readline())
    assert found
    return found[1]


class taken_after_a_free_port:
    """Hold one of two neighbouring ports: the first, or with ``offset`` 1 the second."""

    def __init__(self, offset: int) -> None:
        self._offset = offset

    def __enter__(self) -> tuple[int, int]:
        while True:
            self._socket = socket.create_server(("127.0.0.1", 0))
            taken = self._socket.getsockname()[1]
            if not self._offset or is_free(taken - self._offset):
                return taken - self._offset, taken
            self._socket.close()

    def __exit__(self, *exc: object) -> None:
        self._socket.close()


def is_free(port: int) -> bool:
    """Tell whether nothing has the port."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def is_open(address: str) -> bool:
    """Tell whether something listens at the URL ``address``."""
    host, port = address.removeprefix("http://").rsplit(":", 1)
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) != errno.ECONNREFUSED


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for ``condition``; fail when it does not come true in a minute."""
    deadline = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < deadline, "condition did not come true"
        time.sleep(0.02)
