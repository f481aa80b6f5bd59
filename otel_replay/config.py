"""Settings: from flags, then ``OTEL_REPLAY_*``, then a TOML file, then defaults."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import Field, dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from otel_replay.errors import ConfigError
from otel_replay.projects import IngestKey, Project, key_from_text, parse_projects
from otel_replay.sql_users import SqlUser
from otel_replay.storage.blobs.s3_options import S3Options
from otel_replay.storage.clickhouse import Address

DEFAULT_CONFIG_FILE = "otel-replay.toml"
MIN_TOKEN_LENGTH = 16
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class Listen:
    """An address to listen on. Port 0 takes any that is free."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Listen:
        """Reads ``HOST:PORT``. Raises ValueError."""
        host, colon, port = text.rpartition(":")
        host = host.removeprefix("[").removesuffix("]")
        if not colon or not host or not port.isdigit() or int(port) > 65535:
            raise ValueError("expected HOST:PORT")
        return cls(host, int(port))

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return self.host in _LOOPBACK or self.host.startswith("127.")

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def _origins(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _whole_number(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise ValueError("expected a whole number")
    return int(text)


def _encryption(text: str) -> str:
    return text.lower() if text.lower() == "none" else text.upper()


def _keys(text: str) -> tuple[IngestKey, ...]:
    return tuple(key_from_text(part) for part in _origins(text))


def _sql_users(text: str) -> tuple[SqlUser, ...]:
    return tuple(SqlUser.parse(part) for part in _origins(text))


def _token(text: str) -> str:
    if len(text) < MIN_TOKEN_LENGTH or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError(
            f"expected {MIN_TOKEN_LENGTH} printable ASCII characters or more, no blanks"
        )
    return text


_RANGES = {
    "retention_replay_days": (1, 36_500),
    "retention_logs_days": (1, 36_500),
    "retention_traces_days": (1, 36_500),
    "retention_metrics_days": (1, 36_500),
    "max_request_bytes": (1024, 2**31 - 1),
    "commit_delay_ms": (1, 10_000),
    "request_timeout_s": (1, 3600),
    "max_connection_age_s": (0, 2**31 - 1),
    "keepalive_time_s": (1, 2**31 // 1000),
    "keepalive_timeout_s": (1, 3600),
    "workers": (1, 256),
    "spool_limit_bytes": (0, 2**50),
    "compact_after_s": (0, 7 * 24 * 3600),
    "pack_grace_s": (0, 365 * 24 * 3600),
    "object_grace_s": (0, 365 * 24 * 3600),
    "memory_limit_bytes": (0, 2**50),
    "memory_soft_limit_bytes": (0, 2**50),
}

_LEAST_PUTS_PER_HOUR = 1000


def _setting(default: Any, parse: Callable[[str], Any], help_text: str, metavar: str) -> Any:
    meta = {"parse": parse, "help": help_text, "metavar": metavar}
    return field(default=default, metadata=meta)


@dataclass(frozen=True)
class Settings:
    """Everything that can be set. Each field is a flag, a variable and a key of the TOML file:
    ``otlp_grpc`` is ``--otlp-grpc``, ``OTEL_REPLAY_OTLP_GRPC`` and ``otlp_grpc = "…"``."""

    data: Path = _setting(
        Path("otel-replay-data"), Path, "folder for the embedded ClickHouse and the blobs", "DIR"
    )
    clickhouse: str = _setting(
        "", str, "chdb:///path or http(s)://user:password@host:port/database", "URL"
    )
    blobs: str = _setting("", str, "where payloads go: file:///path or s3://bucket/prefix", "URL")
    s3_endpoint: str = _setting("", str, "address of an S3 that is not AWS's", "URL")
    s3_region: str = _setting("", str, "where the bucket lies; default: as AWS_REGION says", "NAME")
    s3_addressing: str = _setting(
        "auto", str.lower, "bucket in the path or in the host name: auto, path, virtual", "HOW"
    )
    s3_encryption: str = _setting(
        "none", _encryption, "none (the bucket's own), SSE-S3, SSE-KMS or SSE-C", "KIND"
    )
    s3_kms_key: str = _setting("", str, "id or ARN of the key for SSE-KMS", "KEY")
    s3_customer_key_file: str = _setting(
        "", str, "file with the key for SSE-C, 32 bytes in base64", "FILE"
    )
    otlp_grpc: Listen = _setting(
        Listen("127.0.0.1", 4317), Listen.parse, "address for OTLP over gRPC", "HOST:PORT"
    )
    otlp_http: Listen = _setting(
        Listen("127.0.0.1", 4318), Listen.parse, "address for OTLP over HTTP", "HOST:PORT"
    )
    ui: Listen = _setting(
        Listen("127.0.0.1", 8080), Listen.parse, "address of the pages and the API", "HOST:PORT"
    )
    sql: Listen = _setting(
        Listen("127.0.0.1", 8123),
        Listen.parse,
        "address of ClickHouse's HTTP interface on the embedded engine, read-only",
        "HOST:PORT",
    )
    sql_users: tuple[SqlUser, ...] = _setting(
        (),
        _sql_users,
        "who may ask at the SQL address; default: everybody on loopback",
        "NAME:PASSWORD,...",
    )
    demo_shop: Listen = _setting(
        Listen("127.0.0.1", 8090), Listen.parse, "address of the demo shop", "HOST:PORT"
    )
    cors_allowed_origins: tuple[str, ...] = _setting(
        (), _origins, "pages that may send here, * as a wildcard; default: loopback", "ORIGIN,..."
    )
    max_request_bytes: int = _setting(
        64 * 1024 * 1024,
        _whole_number,
        "limit of one OTLP request, also once decompressed",
        "BYTES",
    )
    commit_delay_ms: int = _setting(
        250, _whole_number, "how long a request waits at most for others to be stored with it", "MS"
    )
    max_pack_puts_per_hour: int = _setting(
        7200, _whole_number, "PUTs of packs to S3 per project and process, 0 for no bound", "N"
    )
    ingest_keys: tuple[IngestKey, ...] = _setting(
        (), _keys, "keys that senders to the default project need; see also the file", "KEY,..."
    )
    key_header: str = _setting(
        "x-otel-replay-key",
        str.lower,
        "header (gRPC: metadata) that may carry the key, beside authorization",
        "NAME",
    )
    tls_certificate: str = _setting(
        "", str, "PEM file with the certificate chain for OTLP; with it OTLP is TLS only", "FILE"
    )
    tls_key: str = _setting("", str, "PEM file with the certificate's private key", "FILE")
    tls_client_ca: str = _setting(
        "", str, "PEM file with the authorities of client certificates, then required", "FILE"
    )
    request_timeout_s: int = _setting(
        30, _whole_number, "a request must have arrived whole in this time", "SECONDS"
    )
    max_connection_age_s: int = _setting(
        0, _whole_number, "connections are closed after this time, 0 for never", "SECONDS"
    )
    keepalive_time_s: int = _setting(
        7200, _whole_number, "an idle gRPC connection is pinged after this time", "SECONDS"
    )
    keepalive_timeout_s: int = _setting(
        20, _whole_number, "a ping must be answered in this time", "SECONDS"
    )
    workers: int = _setting(
        1, _whole_number, "processes that share the OTLP ports, for receive against a server", "N"
    )
    spool: str = _setting("", str, "folder for what waits while storage is away", "DIR")
    spool_limit_bytes: int = _setting(
        1024**3, _whole_number, "size of the spool, 0 for none", "BYTES"
    )
    compact_after_s: int = _setting(
        60,
        _whole_number,
        "a session that has finished waits so long before it is compacted",
        "SECONDS",
    )
    pack_grace_s: int = _setting(
        24 * 3600,
        _whole_number,
        "packs are kept at least so long after their hour, also when nothing refers to them",
        "SECONDS",
    )
    object_grace_s: int = _setting(
        3600,
        _whole_number,
        "the same for objects of sessions that have been replaced by later ones",
        "SECONDS",
    )
    memory_limit_bytes: int = _setting(
        0,
        _whole_number,
        "resident memory from which on requests are refused; 0 for 80 % of the machine's",
        "BYTES",
    )
    memory_soft_limit_bytes: int = _setting(
        0,
        _whole_number,
        "resident memory from which on requests are slowed down; 0 for 80 % of the limit",
        "BYTES",
    )
    status: Listen = _setting(
        Listen("127.0.0.1", 8888),
        Listen.parse,
        "address of /metrics and /healthz where there are no pages",
        "HOST:PORT",
    )
    self_telemetry: str = _setting(
        "", str, "OTLP/HTTP endpoint for the receiver's own traces and logs", "URL"
    )
    admin_token: str = _setting(
        "",
        _token,
        "token with which programs may ask for jobs, such as erase, over the API",
        "TOKEN",
    )
    retention_replay_days: int = _setting(30, _whole_number, "how long recordings are kept", "DAYS")
    retention_logs_days: int = _setting(30, _whole_number, "how long logs are kept", "DAYS")
    retention_traces_days: int = _setting(30, _whole_number, "how long traces are kept", "DAYS")
    retention_metrics_days: int = _setting(30, _whole_number, "how long metrics are kept", "DAYS")
    projects: tuple[Project, ...] = ()
    """All projects, the default one first; their keys stand in the file only."""

    def validate(self) -> Settings:
        """Returns the settings with addresses filled in. Raises ConfigError."""
        self._check_addresses()
        for name, (least, most) in _RANGES.items():
            if not least <= getattr(self, name) <= most:
                raise ConfigError(f"{name} is {getattr(self, name)}: expected {least} to {most}")
        if 0 < self.max_pack_puts_per_hour < _LEAST_PUTS_PER_HOUR:
            raise ConfigError(
                f"max_pack_puts_per_hour is {self.max_pack_puts_per_hour}: expected 0 for no bound,"
                f" or {_LEAST_PUTS_PER_HOUR} and more, since no chunk waits longer than 5 s, which"
                " makes 720 packs in an hour"
            )
        if bool(self.tls_certificate) != bool(self.tls_key):
            raise ConfigError("tls_certificate and tls_key belong together: set both or none")
        if self.tls_client_ca and not self.tls_certificate:
            raise ConfigError("tls_client_ca needs tls_certificate and tls_key")
        if self.self_telemetry and not self.self_telemetry.startswith(("http://", "https://")):
            raise ConfigError(
                f"self_telemetry is {self.self_telemetry!r}: expected http(s)://HOST:PORT"
            )
        _ = self.s3
        embedded = Address.parse(self.clickhouse_url).embedded_path is not None
        if self.workers > 1 and embedded:
            raise ConfigError(
                f"workers is {self.workers}: the embedded ClickHouse admits one process only, so"
                " set OTEL_REPLAY_CLICKHOUSE to a server"
            )
        return self

    def _check_addresses(self) -> None:
        for name in ("otlp_grpc", "otlp_http"):
            listen: Listen = getattr(self, name)
            if not listen.is_loopback and not self.has_keys:
                raise ConfigError(
                    f"{name} is {str(listen)!r}: without ingest keys only loopback is served, so"
                    " set OTEL_REPLAY_INGEST_KEYS, or [[projects.NAME.keys]] in the file"
                )
        if not self.sql.is_loopback and not self.sql_users:
            raise ConfigError(
                f"sql is {str(self.sql)!r}: without users only loopback is served, so set"
                " OTEL_REPLAY_SQL_USERS=NAME:PASSWORD"
            )
        for name in ("ui", "demo_shop", "status"):
            listen = getattr(self, name)
            if not listen.is_loopback:
                raise ConfigError(
                    f"{name} is {str(listen)!r}: it is served on loopback only, so put a reverse"
                    " proxy that checks access before 127.0.0.1"
                )

    @property
    def has_keys(self) -> bool:
        """Whether senders need a key."""
        return any(project.keys for project in self.projects)

    def clickhouse_url_of(self, project: Project) -> str:
        """`clickhouse_url` with the project's own database."""
        return Address.parse(self.clickhouse_url).with_database(project.name).url

    def blobs_url_of(self, project: Project) -> str:
        """`blobs_url`, for a project that is not the default one with a prefix of its own."""
        url = self.blobs_url.rstrip("/")
        return url if project == self.projects[0] else f"{url}/{project.name}"

    @property
    def clickhouse_url(self) -> str:
        """`clickhouse`, or the embedded engine in the data folder."""
        return self.clickhouse or f"chdb://{quote(str(self.data))}/clickhouse"

    def status_of(self, parts: Sequence[str]) -> Listen:
        """`status` of a process with these parts: receive and work can run side by side."""
        apart = "receive" not in parts and self.status.port
        return replace(self.status, port=self.status.port + 1) if apart else self.status

    @property
    def spool_folder(self) -> Path:
        """`spool`, or a folder in the data folder."""
        return Path(self.spool).absolute() if self.spool else self.data / "spool"

    @property
    def blobs_url(self) -> str:
        """`blobs`, or files in the data folder."""
        return self.blobs or (self.data / "blobs").as_uri()

    @property
    def s3(self) -> S3Options:
        """How an ``s3://`` of `blobs` is reached. Raises ConfigError."""
        return S3Options(
            endpoint=self.s3_endpoint,
            region=self.s3_region,
            addressing=self.s3_addressing,
            encryption=self.s3_encryption,
            kms_key=self.s3_kms_key,
            customer_key_file=self.s3_customer_key_file,
        ).validate()


def load_settings(
    flags: Mapping[str, str | None], environment: Mapping[str, str], config_file: str | None
) -> Settings:
    """Merges the four sources. `flags` maps field names to texts, None where not given.

    Raises ConfigError naming the setting, its source and the rule.
    """
    from_file = _read_file(config_file or environment.get("OTEL_REPLAY_CONFIG"))
    values: dict[str, Any] = {}
    for setting in settings_fields():
        name = setting.name
        sources = (
            (f"--{name.replace('_', '-')}", flags.get(name)),
            (f"OTEL_REPLAY_{name.upper()}", environment.get(f"OTEL_REPLAY_{name.upper()}")),
            (f"{name} in the configuration file", from_file.get(name)),
        )
        source, text = next(((s, t) for s, t in sources if t not in (None, "")), ("", None))
        if text is not None:
            values[name] = _parsed(setting.metadata["parse"], source, text)
    settings = Settings(**values)
    # The working directory changes once the embedded engine runs.
    settings = replace(settings, data=settings.data.absolute())
    default = Project(Address.parse(settings.clickhouse_url).database, settings.ingest_keys)
    projects = parse_projects(from_file.get("projects", {}), default)
    return replace(settings, projects=projects).validate()


def settings_fields() -> list[Field[Any]]:
    """The fields of Settings that are flags, variables and keys of the file."""
    return [setting for setting in fields(Settings) if setting.metadata]


def _parsed(parse: Callable[[str], Any], source: str, text: Any) -> Any:
    if isinstance(text, list):
        text = ",".join(map(str, text))
    try:
        return parse(str(text))
    except ValueError as exc:
        shown = "no token" if parse is _token else repr(text)
        raise ConfigError(f"{source} is {shown}: {exc}") from exc


def _read_file(name: str | None) -> dict[str, Any]:
    path = Path(name or DEFAULT_CONFIG_FILE)
    if name is None and not path.exists():
        return {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise ConfigError(f"configuration file {path}: {exc.strerror}") from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise ConfigError(f"configuration file {path} is not TOML: {exc}") from exc
    known = {setting.name for setting in fields(Settings)}
    unknown = sorted(set(values) - known)
    if unknown:
        raise ConfigError(
            f"configuration file {path} has unknown keys {', '.join(unknown)}: expected some of"
            f" {', '.join(sorted(known))}"
        )
    return values
