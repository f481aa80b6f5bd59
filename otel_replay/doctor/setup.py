"""Where the parts of a setup are, as the running process or else the settings say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import requests

from otel_replay.config import Settings
from otel_replay.doctor.web import TIMEOUT_S, Credentials, network_problem, session
from otel_replay.errors import ConfigError, UnavailableError
from otel_replay.projects import Project
from otel_replay.storage.clickhouse import Address, Database, QueryError
from otel_replay.storage.queries import read_query


@dataclass(frozen=True)
class Setup:
    """What is to be checked."""

    settings: Settings
    running: Mapping[str, Any] = field(default_factory=dict)
    """Addresses that a process on the data folder announced; empty when there is none."""
    credentials: Credentials = Credentials()
    origin: str = ""
    """A web page's origin whose requests the receiver should allow."""
    timeout_s: float = 15.0
    """How long to wait for what was sent."""

    @property
    def embedded(self) -> bool:
        return Address.parse(self.settings.clickhouse_url).embedded_path is not None

    @property
    def tls(self) -> bool:
        return self.otlp_http.startswith("https:")

    @property
    def otlp_grpc(self) -> str:
        """HOST:PORT."""
        return str(self.running.get("otlp_grpc") or self.settings.otlp_grpc)

    @property
    def otlp_http(self) -> str:
        """URL."""
        scheme = "https" if self.settings.tls_certificate else "http"
        return str(self.running.get("otlp_http") or f"{scheme}://{self.settings.otlp_http}")

    @property
    def ui(self) -> str:
        """URL."""
        return str(self.running.get("ui") or f"http://{self.settings.ui}")

    @property
    def status(self) -> str:
        """URL of /metrics where there are no pages."""
        return str(self.running.get("status") or f"http://{self.settings.status}")

    @property
    def sql(self) -> str:
        """URL of the SQL address; only the embedded engine has one."""
        return str(self.running.get("sql") or f"http://{self.settings.sql}")

    @property
    def project(self) -> str:
        """Name of the project that the key belongs to; without a key the default one's."""
        found = (
            project.name
            for project in self.settings.projects
            for key in project.keys
            if key.key == self.credentials.key
        )
        return next(found, self.settings.projects[0].name)

    @property
    def project_settings(self) -> Project:
        """The project itself."""
        return next(p for p in self.settings.projects if p.name == self.project)

    @property
    def is_default_project(self) -> bool:
        return self.project == self.settings.projects[0].name

    @cached_property
    def _database(self) -> Database:
        address = Address.parse(self.settings.clickhouse_url).with_database(self.project)
        return Database(address)

    def read(self, name: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Rows of the query in ``sql/<name>.sql``. Raises QueryError or UnavailableError."""
        sql = read_query("otel_replay.doctor", name)
        return (
            self._ask(sql, parameters) if self.embedded else self._database.query(sql, parameters)
        )

    def _ask(self, sql: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """By the SQL address: the embedded engine admits no second process."""
        query = {f"param_{name}": str(value) for name, value in parameters.items()}
        try:
            with session() as direct:
                response = direct.post(
                    self.sql, sql, params=query | {"default_format": "JSON"}, timeout=TIMEOUT_S
                )
        except requests.RequestException as exc:
            raise UnavailableError(f"{self.sql}: {network_problem(exc)}") from exc
        if response.status_code != 200:
            raise QueryError(response.text)
        rows: list[dict[str, Any]] = response.json()["data"]
        return rows

    def check(self) -> Setup:
        """Returns this setup. Raises ConfigError when it cannot be checked from here."""
        if self.embedded and not self.is_default_project:
            raise ConfigError(
                f"the key belongs to project {self.project}: with the embedded ClickHouse the"
                " doctor can read the default project only, so use a key of that"
            )
        if bool(self.credentials.client_certificate) != bool(self.credentials.client_key):
            raise ConfigError("a client certificate and its key belong together: give both")
        return self
