"""Settings: from flags, then ``OTEL_REPLAY_*``, then a TOML file, then defaults."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from otel_replay.errors import ConfigError
from otel_replay.storage.clickhouse import Address

DEFAULT_CONFIG_FILE = "otel-replay.toml"
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
    blobs: str = _setting("", str, "where payloads go: file:///path", "URL")
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

    def validate(self) -> Settings:
        """Returns the settings with addresses filled in. Raises ConfigError."""
        for name in ("otlp_grpc", "otlp_http", "ui", "sql", "demo_shop"):
            listen: Listen = getattr(self, name)
            if not listen.is_loopback:
                raise ConfigError(
                    f"{name} is {str(listen)!r}: without access keys only loopback is served, so"
                    " put a reverse proxy that checks access before 127.0.0.1"
                )
        if not 1024 <= self.max_request_bytes <= 2**31 - 1:
            raise ConfigError(
                f"max_request_bytes is {self.max_request_bytes}: expected 1024 to 2^31"
            )
        if not 1 <= self.commit_delay_ms <= 10_000:
            raise ConfigError(f"commit_delay_ms is {self.commit_delay_ms}: expected 1 to 10000")
        Address.parse(self.clickhouse_url)
        return self

    @property
    def clickhouse_url(self) -> str:
        """`clickhouse`, or the embedded engine in the data folder."""
        return self.clickhouse or f"chdb://{quote(str(self.data))}/clickhouse"

    @property
    def blobs_url(self) -> str:
        """`blobs`, or files in the data folder."""
        return self.blobs or (self.data / "blobs").as_uri()


def load_settings(
    flags: Mapping[str, str | None], environment: Mapping[str, str], config_file: str | None
) -> Settings:
    """Merges the four sources. `flags` maps field names to texts, None where not given.

    Raises ConfigError naming the setting, its source and the rule.
    """
    from_file = _read_file(config_file or environment.get("OTEL_REPLAY_CONFIG"))
    values: dict[str, Any] = {}
    for setting in fields(Settings):
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
    return replace(settings, data=settings.data.absolute()).validate()


def _parsed(parse: Callable[[str], Any], source: str, text: Any) -> Any:
    if isinstance(text, list):
        text = ",".join(map(str, text))
    try:
        return parse(str(text))
    except ValueError as exc:
        raise ConfigError(f"{source} is {text!r}: {exc}") from exc


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
