"""Runs ``otel-replay`` as a user does: a process of its own, reached by its addresses."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import requests

from otel_replay.cli.lock import read_holder

T = TypeVar("T")

_FREE_PORTS = ["--otlp-grpc", "--otlp-http", "--ui", "--sql", "--demo-shop"]
_RECEIVE_PORTS = ["--otlp-grpc", "--otlp-http", "--status"]


PATIENCE_S = 120.0
"""For what takes seconds. A slow machine that does three things at once takes many times that."""
PAGE_PATIENCE_MS = PATIENCE_S / 2 * 1000
"""For what a page shows."""


def wait_for(
    what: str, condition: Callable[[], T], timeout_s: float = PATIENCE_S, pause_s: float = 0.05
) -> T:
    """Returns the first truthy answer of `condition`, asked each `pause_s`; fails after
    `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout_s:g} s for {what}; the last answer: {answer!r}")
        time.sleep(pause_s)


def wait_for_more_of_each(
    what: str, counts: Callable[[], list[int]], timeout_s: float = PATIENCE_S
) -> None:
    """Returns once each of the counts has grown."""
    before = counts()
    wait_for(
        what,
        lambda: all(now > then for now, then in zip(counts(), before, strict=True)),
        timeout_s,
    )


class Program:
    """A running ``otel-replay COMMAND`` whose output goes to a file; a context manager that ends it
    with SIGTERM."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder = folder
        self._arguments = arguments
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
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
        """Starts it and waits until it says that it is ready."""
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "otel_replay", *self._arguments]
        before = len(self.output)
        with open(self._log, "a", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, text=True, env=os.environ
            )
        wait_for(f"{command[3]} to be ready", lambda: self._is_ready(before))

    def _is_ready(self, before: int) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"otel-replay {self._arguments[0]} ended:\n{self.output}")
        return "\nready" in self.output[before:]

    @property
    def process(self) -> subprocess.Popen[str]:
        assert self._process is not None
        return self._process

    @property
    def _log(self) -> Path:
        return self.folder / "output.log"

    @property
    def output(self) -> str:
        """What it has printed since its first start."""
        return self._log.read_text(encoding="utf-8") if self._log.exists() else ""

    def address(self, title: str) -> str:
        """An address that it printed, by its title there: OTLP/HTTP, OTLP/gRPC, status."""
        found = re.findall(rf"^ *{title} +(\S+)$", self.output, re.MULTILINE)
        assert found, self.output
        return str(found[-1])

    def terminate(self) -> int:
        """Sends SIGTERM; returns the exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> int:
        """Sends SIGKILL; returns once it is gone."""
        return self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)


def receive(folder: Path, clickhouse_url: str, *options: str) -> Program:
    """``otel-replay receive`` on free ports, against a ClickHouse server."""
    ports = [text for flag in _RECEIVE_PORTS for text in (flag, "127.0.0.1:0")]
    storage = ["--clickhouse", clickhouse_url, "--data", str(folder)]
    return Program(folder, "receive", *storage, *ports, *options)


class Up(Program):
    """A running ``otel-replay up``; a context manager that ends it with SIGTERM."""

    def __init__(self, data: Path, *options: str) -> None:
        ports = [text for flag in _FREE_PORTS for text in (flag, "127.0.0.1:0")]
        super().__init__(data, "up", "--data", str(data), *ports, *options)
        self.data = data

    def start(self) -> None:
        """Starts on free ports and waits until every part is ready."""
        super().start()
        wait_for("otel-replay up to be ready", self._answers)

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.addresses['ui']}/healthz", timeout=30).status_code == 200
        except (requests.ConnectionError, requests.Timeout):
            return False

    @property
    def addresses(self) -> dict[str, Any]:
        """What the process announced: ui, otlp_grpc, otlp_http, sql, demo_shop, pid."""
        return read_holder(self.data)

    def get(self, path: str) -> Any:
        """GET on the UI's server; the JSON of a 200 answer."""
        response = requests.get(self.addresses["ui"] + path, timeout=PATIENCE_S)
        assert response.status_code == 200, response.text[:500]
        return response.json()

    def sql(self, statement: str) -> list[dict[str, Any]]:
        """Rows of a statement, through the SQL address."""
        query = {"default_format": "JSON"}
        response = requests.post(self.addresses["sql"], statement, params=query, timeout=PATIENCE_S)
        assert response.status_code == 200, response.text[:500]
        rows: list[dict[str, Any]] = response.json()["data"]
        return rows
