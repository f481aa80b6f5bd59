"""Runs ``otel-replay up`` as a user does: a process of its own, reached by its addresses."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import requests

from otel_replay.cli.lock import read_holder

T = TypeVar("T")

_FREE_PORTS = ["--otlp-grpc", "--otlp-http", "--ui", "--sql", "--demo-shop"]


def wait_for(what: str, condition: Callable[[], T], timeout_s: float = 30) -> T:
    """Returns the first truthy answer of `condition`; fails after `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout_s:g} s for {what}; the last answer: {answer!r}")
        time.sleep(0.05)


class Up:
    """A running ``otel-replay up``; a context manager that ends it with SIGTERM."""

    def __init__(self, data: Path, *options: str) -> None:
        self.data = data
        self._options = options
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Up:
        self.start()
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _value: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        if self._process is not None and self._process.poll() is None:
            self.terminate()

    def start(self) -> None:
        """Starts on free ports and waits until every part is ready."""
        self.data.mkdir(parents=True, exist_ok=True)
        ports = [text for flag in _FREE_PORTS for text in (flag, "127.0.0.1:0")]
        command = [sys.executable, "-m", "otel_replay", "up", "--data", str(self.data), *ports]
        with open(self.data / "output.log", "a", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                [*command, *self._options], stdout=log, stderr=log, text=True, env=os.environ
            )
        wait_for("otel-replay up to be ready", self._ready, 60)

    def _ready(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError(f"otel-replay up ended:\n{self.output}")
        url = self.addresses.get("ui")
        if not url or self.addresses["pid"] != self._process.pid:
            return False
        try:
            return requests.get(f"{url}/healthz", timeout=5).status_code == 200
        except requests.ConnectionError:
            return False

    @property
    def addresses(self) -> dict[str, Any]:
        """What the process announced: ui, otlp_grpc, otlp_http, sql, demo_shop, pid."""
        return read_holder(self.data)

    @property
    def output(self) -> str:
        """What it has printed since its first start."""
        return (self.data / "output.log").read_text(encoding="utf-8")

    def terminate(self) -> int:
        """Sends SIGTERM; returns the exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> int:
        """Sends SIGKILL; returns once it is gone."""
        return self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> int:
        assert self._process is not None
        self._process.send_signal(number)
        return self._process.wait(60)

    def get(self, path: str) -> Any:
        """GET on the UI's server; the JSON of a 200 answer."""
        response = requests.get(self.addresses["ui"] + path, timeout=30)
        assert response.status_code == 200, response.text[:500]
        return response.json()

    def sql(self, statement: str) -> list[dict[str, Any]]:
        """Rows of a statement, through the SQL address."""
        query = {"default_format": "JSON"}
        response = requests.post(self.addresses["sql"], statement, params=query, timeout=30)
        assert response.status_code == 200, response.text[:500]
        rows: list[dict[str, Any]] = response.json()["data"]
        return rows
