"""Projects (tenants) and their ingest keys, as the configuration file describes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from otel_replay.errors import ConfigError
from otel_replay.remote_settings import RemoteSettings, parse_remote_settings
from otel_replay.storage.clickhouse import DATABASE_NAME

MIN_KEY_LENGTH = 8


@dataclass(frozen=True)
class IngestKey:
    """A key that lets its holder write, and nothing else: browsers show it to everyone.

    0 and empty mean no limit.
    """

    key: str
    name: str = ""
    """Shown in figures and messages in place of the key."""
    allowed_origins: tuple[str, ...] = ()
    """Pages that may use it, ``*`` as a wildcard. Senders that are no browsers have no origin."""
    requests_per_second: float = 0
    bytes_per_second: float = 0
    """Of request bodies after decompression, averaged over a few seconds."""
    bytes_per_day: int = 0
    """Of request bodies after decompression, from midnight UTC."""
    browser: RemoteSettings = RemoteSettings()
    """What pages that use it are told, over what the project says."""

    @property
    def shown(self) -> str:
        """What tells the key apart without giving it away."""
        return self.name or f"…{self.key[-4:]}"


# Each project that is not the default one has its blobs below its own name.
_BLOB_PREFIXES = ("packs", "sessions")


@dataclass(frozen=True)
class Project:
    """A tenant: one ClickHouse database of this name, one blob prefix, its ingest keys."""

    name: str
    keys: tuple[IngestKey, ...] = ()
    browser: RemoteSettings = RemoteSettings()
    """What its pages are told to record less of."""


def parse_projects(section: Any, default: Project) -> tuple[Project, ...]:
    """Reads the ``projects`` table of the configuration file; the default project comes first.

    The file's shape: ``[[projects.NAME.keys]]`` with the fields of IngestKey, and
    ``[projects.NAME.browser]`` with those of RemoteSettings. Raises ConfigError.
    """
    if not isinstance(section, Mapping):
        raise ConfigError("projects: expected [[projects.NAME.keys]] tables")
    projects = {default.name: default}
    for name, values in section.items():
        if not DATABASE_NAME.fullmatch(name):
            raise ConfigError(
                f"project {name!r}: a name has letters, digits and '_', as its database does"
            )
        if name in _BLOB_PREFIXES and name != default.name:
            raise ConfigError(
                f"project {name!r}: the default project's blobs lie there, so take another name"
            )
        if not isinstance(values, Mapping) or set(values) - {"keys", "browser"}:
            raise ConfigError(
                f"projects.{name}: expected [[projects.{name}.keys]] and [projects.{name}.browser]"
                " tables only"
            )
        keys = tuple(_key(name, entry) for entry in values.get("keys", ()))
        known = projects.get(name, Project(name))
        browser = parse_remote_settings(values.get("browser", {}), f"projects.{name}.browser")
        projects[name] = Project(name, known.keys + keys, browser)
    _check_unique(projects.values())
    return tuple(projects.values())


def key_from_text(text: str) -> IngestKey:
    """An ingest key without limits. Raises ConfigError when it is too short to be one."""
    return _checked(IngestKey(text), "ingest_keys")


def _key(project: str, entry: Any) -> IngestKey:
    where = f"projects.{project}.keys"
    known = {field.name for field in fields(IngestKey)}
    if not isinstance(entry, Mapping) or "key" not in entry or set(entry) - known:
        raise ConfigError(f"{where}: expected key and some of {', '.join(sorted(known - {'key'}))}")
    values = dict(entry)
    origins = values.get("allowed_origins", ())
    texts = [values["key"], values.get("name", ""), *_listed(origins, where)]
    numbers = [
        values.get(name, 0) for name in ("requests_per_second", "bytes_per_second", "bytes_per_day")
    ]
    if not all(isinstance(text, str) for text in texts):
        raise ConfigError(f"{where}: key, name and allowed_origins are texts")
    if not all(type(number) in (int, float) and number >= 0 for number in numbers):
        raise ConfigError(f"{where}: limits are numbers from 0 on, 0 for none")
    values["allowed_origins"] = tuple(origins)
    values["browser"] = parse_remote_settings(values.get("browser", {}), f"{where}: browser")
    return _checked(IngestKey(**values), where)


def _listed(origins: Any, where: str) -> list[Any]:
    if not isinstance(origins, list | tuple):
        raise ConfigError(f"{where}: allowed_origins is a list")
    return list(origins)


def _checked(key: IngestKey, where: str) -> IngestKey:
    printable = key.key.isascii() and key.key.isprintable() and " " not in key.key
    if len(key.key) < MIN_KEY_LENGTH or not printable:
        raise ConfigError(
            f"{where}: a key has {MIN_KEY_LENGTH} printable ASCII characters or more, no blanks"
        )
    return key


def _check_unique(projects: Any) -> None:
    owners: dict[str, str] = {}
    for project in projects:
        names = [key.shown for key in project.keys]
        if twice := next((name for name in names if names.count(name) > 1), ""):
            raise ConfigError(
                f"project {project.name} has two ingest keys that are shown as {twice!r}: figures"
                " and budgets go by that, so give each a name of its own"
            )
        for key in project.keys:
            other = owners.setdefault(key.key, project.name)
            if other != project.name:
                raise ConfigError(
                    f"ingest key {key.shown!r} stands in {other} and {project.name}: a key belongs"
                    " to one project"
                )
