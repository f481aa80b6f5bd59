"""Start the two services of the demo shop, each a process of its own, and stop them again."""

from __future__ import annotations

import http.client
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from otel_replay.browser import sdk_path
from otel_replay.demo.listeners import address_of, bind_pair
from otel_replay.errors import ConfigError

START_LIMIT_S = 60.0
# Of the 5 seconds that stopping may take, the rest is for killing.
STOP_LIMIT_S = 4.0
LOG_TAIL_LINES = 15
LOOPBACK = "127.0.0.1,localhost,::1"

REQUIRED = (
    "flask",
    "requests",
    "waitress",
    "opentelemetry.exporter.otlp.proto.http",
    "opentelemetry.instrumentation.flask",
    "opentelemetry.instrumentation.logging",
    "opentelemetry.instrumentation.requests",
    "opentelemetry.instrumentation.sqlite3",
)


@dataclass(frozen=True)
class Service:
    """One running process, its address and the file with its output."""

    name: str
    address: str
    process: subprocess.Popen[bytes]
    log: Path

    def answers(self) -> bool:
        """Tell whether the service is up; raises ConfigError when its process has ended."""
        if self.process.poll() is not None:
            raise ConfigError(f"{self.ended()}\n{self._log_tail()}".rstrip())
        connection = http.client.HTTPConnection(self.address.removeprefix("http://"), timeout=2)
        with closing(connection):
            try:
                connection.request("GET", "/healthz")
                return connection.getresponse().status == http.HTTPStatus.OK
            except (OSError, http.client.HTTPException):
                return False

    def ended(self) -> str:
        """Say how the process ended."""
        return (
            f"The demo's {self.name} service stopped by itself with status "
            f"{self.process.returncode}: its output is in {self.log}"
        )

    def _log_tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:])


class Demo:
    """The running shop. ``address`` is where people visit it; ``services`` ends with the shop."""

    def __init__(self, services: list[Service], stack: ExitStack) -> None:
        self.services = services
        self._stack = stack
        self.address = services[-1].address

    def failure(self) -> str | None:
        """Return a sentence about a service that stopped by itself, or None."""
        ended = (service for service in self.services if service.process.poll() is not None)
        return next((service.ended() for service in ended), None)

    def stop(self) -> None:
        """End both processes within 5 seconds; those that wait for something are killed."""
        self._stack.close()


def start_demo(
    host: str,
    port: int,
    otlp_http_endpoint: str,
    data_dir: Path | None = None,
    key: str = "",
) -> Demo:
    """Start the shop at ``host``:``port`` and its inventory at the next port; wait for both.

    Port 0 takes two free ports. Telemetry goes to the base URL ``otlp_http_endpoint``, from the
    browser too, with the ingest ``key`` if there is one. The stock and the logs lie in
    ``data_dir``, or in a folder that goes with the demo. Raises ConfigError when a port is in use,
    a package or the built SDK is missing, or a service does not start.
    """
    _require_packages()
    sdk_path()
    with ExitStack() as stack:
        folder = _data_folder(stack, data_dir)
        launch = _Launcher(folder, otlp_http_endpoint, key)
        stack.callback(_stop, launch.processes)
        # Ours close at the end of the block; those that the services inherited stay open.
        shop, stock = bind_pair(host, port)
        with shop, stock:
            inventory = launch("inventory", stock, "--data", str(folder))
            checkout = launch(
                "checkout",
                shop,
                *("--inventory", inventory.address, "--otlp", otlp_http_endpoint, "--key", key),
            )
            services = [inventory, checkout]
            _wait_until_up(services)
        return Demo(services, stack.pop_all())


def run_demo(
    host: str,
    port: int,
    otlp_http_endpoint: str,
    data_dir: Path | None = None,
    key: str = "",
) -> None:
    """Run the shop until SIGINT or SIGTERM; raises ConfigError as ``start_demo`` does."""
    demo = start_demo(host, port, otlp_http_endpoint, data_dir, key)
    stopping = threading.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_: stopping.set())
    print(f"The demo shop is open at {demo.address} (Ctrl-C closes it)", flush=True)
    try:
        while not stopping.wait(timeout=0.5):
            if failure := demo.failure():
                raise ConfigError(failure)
    finally:
        demo.stop()


@dataclass(frozen=True)
class _Launcher:
    folder: Path
    otlp_http_endpoint: str
    key: str
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __call__(self, name: str, listener: socket.socket, *arguments: str) -> Service:
        log = self.folder / f"{name}.log"
        command = [sys.executable, "-m", f"otel_replay.demo.{name}"]
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*command, "--listener", str(listener.fileno()), *arguments],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=_environment(name, self.otlp_http_endpoint, self.key),
                pass_fds=[listener.fileno()],
                # Ctrl-C in the terminal is for the parent, which then ends us in order.
                start_new_session=True,
            )
        self.processes.append(process)
        return Service(name, address_of(listener), process, log)


def _environment(service: str, otlp_http_endpoint: str, key: str) -> dict[str, str]:
    """Return the standard OpenTelemetry settings of one service, and none of our own."""
    inherited = {name: v for name, v in os.environ.items() if not name.startswith("OTEL_")}
    headers = {"OTEL_EXPORTER_OTLP_HEADERS": f"authorization=Bearer {quote(key)}"} if key else {}
    return {
        **inherited,
        **headers,
        # A proxy cannot reach what listens on this machine.
        "NO_PROXY": ",".join(filter(None, [os.environ.get("NO_PROXY"), LOOPBACK])),
        "OTEL_SERVICE_NAME": service,
        "OTEL_RESOURCE_ATTRIBUTES": "service.namespace=shop,deployment.environment.name=demo",
        "OTEL_EXPORTER_OTLP_ENDPOINT": otlp_http_endpoint,
        "OTEL_SEMCONV_STABILITY_OPT_IN": "http,database",
        # A visitor of the demo wants to see the trace at once.
        "OTEL_BSP_SCHEDULE_DELAY": "500",
        "OTEL_BLRP_SCHEDULE_DELAY": "500",
    }


def _require_packages() -> None:
    for name in REQUIRED:
        if not _is_installed(name):
            raise ConfigError(
                f"The demo shop needs {name}, which is not installed: "
                "run pip install 'otel-replay[server]'"
            )


def _is_installed(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def _data_folder(stack: ExitStack, data_dir: Path | None) -> Path:
    if data_dir is None:
        return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="otel-replay-demo-")))
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise ConfigError(
            f"The demo's folder {data_dir} cannot be made: {exc}. Choose another with --data DIR"
        ) from exc
    return data_dir


def _wait_until_up(services: list[Service]) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    waiting = list(services)
    while waiting := [service for service in waiting if not service.answers()]:
        if time.monotonic() > deadline:
            raise ConfigError(
                f"The demo's {waiting[0].name} service does not answer after "
                f"{START_LIMIT_S:.0f} s: its output is in {waiting[0].log}"
            )
        time.sleep(0.05)


def _stop(processes: list[subprocess.Popen[bytes]]) -> None:
    """Close the pipes that the processes watch; kill those that go on."""
    for process in processes:
        assert process.stdin is not None
        process.stdin.close()
    deadline = time.monotonic() + STOP_LIMIT_S
    for process in processes:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
