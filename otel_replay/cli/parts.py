"""The parts that read what is stored, each a context: up inside it, closed after it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

from otel_replay.cli.jobs import jobs_of, retention_of
from otel_replay.cli.running import Process, Running
from otel_replay.cli.stores import Store
from otel_replay.config import Listen
from otel_replay.erasure.expiry import Expiry
from otel_replay.erasure.late import Buried, ErasureWorker
from otel_replay.exposition import observed, status_app
from otel_replay.instruments import Instruments
from otel_replay.sessions.compactor import CompactionWorker
from otel_replay.sessions.garbage import Grace
from otel_replay.sessions.worker import SessionWorker
from otel_replay_ui.api import Backend, JobService, blueprint
from otel_replay_ui.app import create_app
from otel_replay_ui.projects import mount
from otel_replay_ui.server import WsgiServer
from otel_replay_ui.sql import Access, create_sql_app


@contextlib.contextmanager
def workers(process: Process) -> Iterator[None]:
    """Threads for each project: one derives sessions, one compacts them, one erases."""
    stop = threading.Event()
    with contextlib.ExitStack() as stack:
        for store in process.stores.all:
            name, instruments = store.project.name, process.instruments
            buried = Buried(store.database)
            sessions = SessionWorker(
                store.database, instruments=instruments, project=name, buried=buried.among
            )
            expiry = Expiry(store.database, store.blobs, retention_of(process.settings))
            erasures = ErasureWorker(
                store.database, store.blobs, buried, expiry, instruments=instruments, project=name
            )
            compaction = _compaction_worker(process, store)
            stack.enter_context(_working(process, f"sessions-{name}", sessions.run, stop))
            stack.enter_context(_working(process, f"compaction-{name}", compaction.run, stop))
            stack.enter_context(_working(process, f"erasure-{name}", erasures.run, stop))
        # All end at once, not one after the other.
        stack.callback(stop.set)
        yield


def _compaction_worker(process: Process, store: Store) -> CompactionWorker:
    settings = process.settings
    return CompactionWorker(
        store.database,
        store.blobs,
        after_s=settings.compact_after_s,
        grace=Grace(settings.pack_grace_s, settings.object_grace_s),
        instruments=process.instruments,
        project=store.project.name,
    )


@contextlib.contextmanager
def _working(
    process: Process, name: str, run: Callable[[threading.Event], None], stop: threading.Event
) -> Iterator[None]:
    """A thread that works until `stop` is set; the process is not well without it."""
    thread = threading.Thread(target=run, args=(stop,), name=name, daemon=True)
    thread.start()
    checks = process.running.checks
    checks.append(lambda: "" if thread.is_alive() else f"the worker {name} has stopped")
    try:
        yield
    finally:
        thread.join(timeout=30)


@contextlib.contextmanager
def pages(process: Process) -> Iterator[None]:
    """The pages and the API of all projects."""
    settings, running = process.settings, process.running
    service = JobService(jobs_of(settings), _tokens(process))
    apps = {
        name: create_app(
            blueprint(
                Backend(
                    store.database,
                    store.blobs,
                    project=name,
                    instruments=process.instruments,
                    problems=running.problems,
                    retention=retention_of(settings),
                ),
                service,
            ),
            ready=running.problems,
            receiver_url=lambda: running.addresses.get("otlp_http", ""),
            instruments=process.instruments,
        )
        for name, store in process.stores.by_name().items()
    }
    app = observed(mount(apps), process.instruments, "ui")
    server = WsgiServer(app, settings.ui.host, settings.ui.port, name="the UI", flag="--ui")
    running.addresses["ui"] = f"http://{settings.ui.host}:{server.port}"
    with _serving(server):
        yield


def _tokens(process: Process) -> tuple[str, ...]:
    """What lets a program ask for jobs: the data folder's token, the one of the settings."""
    folder = process.stores.folder
    tokens = (folder.token if folder is not None else "", process.settings.admin_token)
    return tuple(filter(None, tokens))


@contextlib.contextmanager
def sql_interface(process: Process) -> Iterator[None]:
    """ClickHouse's HTTP interface on the embedded engine."""
    listen = process.settings.sql
    addresses = [store.database.address for store in process.stores.all]
    access = Access(process.settings.sql_users, _tokens(process))
    app = observed(create_sql_app(*addresses, access=access), process.instruments, "sql")
    server = WsgiServer(app, listen.host, listen.port, name="SQL", flag="--sql")
    process.running.addresses["sql"] = f"http://{listen.host}:{server.port}"
    with _serving(server):
        yield


@contextlib.contextmanager
def status(listen: Listen, instruments: Instruments, running: Running) -> Iterator[None]:
    """/metrics and /healthz of a process that serves no pages."""
    app = status_app(instruments, running.problems)
    server = WsgiServer(app, listen.host, listen.port, name="the status address", flag="--status")
    running.addresses["status"] = f"http://{listen.host}:{server.port}"
    with _serving(server):
        yield


@contextlib.contextmanager
def _serving(server: WsgiServer) -> Iterator[None]:
    server.start()
    try:
        yield
    finally:
        server.stop()
