"""Runs jobs for the command line: in this process, or in the one that has the data folder.

The embedded engine admits one process, so while that runs, it is asked over its API, with the token
that it keeps in the folder.
"""

from __future__ import annotations

import contextlib
import getpass
import os
from collections.abc import Mapping
from functools import partial
from typing import Any

import orjson
import requests

from otel_replay.care.backup.restore import restore
from otel_replay.care.backup.take import backup
from otel_replay.care.fsck import fsck
from otel_replay.care.places import Graces
from otel_replay.cli.lock import read_holder, read_token
from otel_replay.cli.stores import Store, make_tables, open_stores, prepare
from otel_replay.config import Settings
from otel_replay.erasure.job import erase
from otel_replay.erasure.retention import Retention, retention_job
from otel_replay.errors import (
    ConfigError,
    InUseError,
    InvalidDataError,
    NotFoundError,
    OtelReplayError,
    PermanentError,
    UnavailableError,
)
from otel_replay.jobs import Asked, Jobs, Progress, job_named
from otel_replay.storage.blobs import open_blob_store
from otel_replay.storage.clickhouse import Address
from otel_replay_exporters.spool.queue import SUFFIX
from otel_replay_ui.projects import base_path

CONNECT_TIMEOUT_S = 5
SILENCE_S = 60
"""A process that sends nothing for so long, not even blank lines, hangs."""
COLLECTED_WITHIN_S = 2 * 3600
"""How long after its grace garbage may lie about."""
_ERRORS: dict[str, type[OtelReplayError]] = {
    "bad_request": InvalidDataError,
    "not_found": NotFoundError,
    "unavailable": UnavailableError,
}


def jobs_of(settings: Settings) -> Jobs:
    """All jobs, wired to these settings."""
    open_store = partial(open_blob_store, s3=settings.s3)
    return {
        "erase": partial(erase, spool_bytes=partial(_spool_bytes, settings)),
        "retention": partial(retention_job, defaults=retention_of(settings)),
        "fsck": partial(fsck, _graces(settings), retention_of(settings)),
        "backup": partial(backup, open_store),
        "restore": partial(restore, open_store, make_tables),
    }


def retention_of(settings: Settings) -> Retention:
    """Of projects that have set nothing at run time."""
    return Retention(
        replay=settings.retention_replay_days,
        logs=settings.retention_logs_days,
        traces=settings.retention_traces_days,
        metrics=settings.retention_metrics_days,
    )


def _graces(settings: Settings) -> Graces:
    """How old blobs without rows may be before they are a problem: garbage collection comes first.

    Packs are kept for their grace after the hour in which they were written.
    """
    return Graces(
        settings.pack_grace_s + 3600 + COLLECTED_WITHIN_S,
        settings.object_grace_s + COLLECTED_WITHIN_S,
    )


def run_job(
    settings: Settings,
    name: str,
    parameters: Mapping[str, Any],
    progress: Progress,
    project: str = "",
    *,
    new: bool = False,
) -> dict[str, Any]:
    """Runs a job on a project, the default one when empty; returns its report.

    `new` where the job may be the first to store anything.

    Raises OtelReplayError: ConfigError when there is no such project or nothing is stored yet.
    """
    chosen = _project(settings, project)
    embedded = Address.parse(settings.clickhouse_url).embedded_path
    if not new and embedded is not None and not settings.data.exists() and not embedded.exists():
        raise ConfigError(
            f"there is no data in {settings.data}: name the folder with --data, or the server with"
            " --clickhouse"
        )
    try:
        with open_stores(settings) as stores:
            return _run_here(settings, stores.by_name()[chosen], name, parameters, progress)
    except InUseError:
        holder, token = read_holder(settings.data), read_token(settings.data)
        if not holder.get("ui") or not token:
            raise
        base = str(holder["ui"]) + base_path(chosen, settings.projects[0].name)
        return _ask(f"{base}/api/v1/jobs/{name}", token, parameters, progress)


def _spool_bytes(settings: Settings) -> int:
    """Of all projects: what waits there may be anybody's."""
    total = 0
    for path in settings.spool_folder.rglob(f"*{SUFFIX}"):
        # What was drained since is gone.
        with contextlib.suppress(FileNotFoundError):
            total += path.stat().st_size
    return total


def asked_by() -> str:
    """The user of the operating system, for the record."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def _project(settings: Settings, name: str) -> str:
    names = [project.name for project in settings.projects]
    if name and name not in names:
        raise ConfigError(f"--project is {name!r}: expected one of {', '.join(names)}")
    return name or names[0]


def _run_here(
    settings: Settings,
    store: Store,
    name: str,
    parameters: Mapping[str, Any],
    progress: Progress,
) -> dict[str, Any]:
    prepare(store)
    job = job_named(jobs_of(settings), name)
    return job(Asked(store.database, store.blobs, parameters, asked_by(), progress))


def _ask(url: str, token: str, parameters: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}", "X-Asked-By": asked_by()}
    try:
        with requests.post(
            url,
            json=dict(parameters),
            headers=headers,
            stream=True,
            timeout=(CONNECT_TIMEOUT_S, SILENCE_S),
        ) as response:
            if response.status_code != 200:
                raise _error(_json_of(response))
            for line in response.iter_lines():
                if line and (report := _heard(orjson.loads(line), progress)) is not None:
                    return report
    except requests.RequestException as exc:
        raise UnavailableError(f"the process at {url} does not answer: {exc}") from exc
    raise UnavailableError(
        f"the process at {url} ended before the job was done: run the command again, it goes on"
    )


def _heard(line: Mapping[str, Any], progress: Progress) -> dict[str, Any] | None:
    """The report, when it has come. Raises what the job raised."""
    if "error" in line:
        raise _error(line)
    if "progress" in line:
        progress(line["progress"])
    report: dict[str, Any] | None = line.get("report")
    return report


def _json_of(response: requests.Response) -> Mapping[str, Any]:
    try:
        body: Mapping[str, Any] = response.json()
    except requests.JSONDecodeError:
        return {"error": {"code": "", "message": f"it answered with {response.status_code}"}}
    return body


def _error(body: Mapping[str, Any]) -> OtelReplayError:
    error = body["error"]
    return _ERRORS.get(error["code"], PermanentError)(error["message"])
