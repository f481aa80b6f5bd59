"""Certificates for both servers: checked at the start, and read again once they are renewed."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import grpc

from otel_replay.errors import ConfigError

logger = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True)
class Tls:
    """PEM files. With `client_ca`, clients need a certificate signed by one of its authorities."""

    certificate: Path
    key: Path
    client_ca: Path | None = None

    def http_context(self) -> ssl.SSLContext:
        """For HTTP/1.1, with the files as they are now at each handshake.

        Raises ConfigError naming the setting that is wrong.
        """
        context = self._context()
        watch, latest = _Watch(self), context

        def choose(connection: ssl.SSLObject, _name: object, _context: object) -> None:
            nonlocal latest
            latest = watch.renewed(self._context) or latest
            connection.context = latest

        context.sni_callback = choose
        return context

    def grpc_credentials(self) -> grpc.ServerCredentials:
        """For gRPC, with the files as they are now at each handshake.

        Raises ConfigError naming the setting that is wrong.
        """
        configuration, watch = self._grpc_configuration(), _Watch(self)
        return grpc.dynamic_ssl_server_credentials(
            configuration,
            lambda: watch.renewed(self._grpc_configuration),
            require_client_authentication=self.client_ca is not None,
        )

    @property
    def files(self) -> tuple[Path, ...]:
        """All that there are."""
        return tuple(file for file in (self.certificate, self.key, self.client_ca) if file)

    def _context(self) -> ssl.SSLContext:
        self._read_all()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        try:
            # Without a password given, the library would ask for one at the terminal.
            context.load_cert_chain(self.certificate, self.key, password=lambda: b"")
        except (ssl.SSLError, ValueError) as exc:
            raise ConfigError(
                f"tls_certificate {str(self.certificate)!r} and tls_key {str(self.key)!r} cannot be"
                f" used ({_reason(exc)}): expected PEM files that belong together, the key without"
                " a password"
            ) from exc
        if self.client_ca is not None:
            self._require_clients(context, self.client_ca)
        return context

    def _grpc_configuration(self) -> Any:
        self._context()  # gRPC would take any file, and fail at each connection.
        certificate, key, authorities = self._read_all()
        return grpc.ssl_server_certificate_configuration(
            [(key, certificate)], root_certificates=authorities
        )

    def _require_clients(self, context: ssl.SSLContext, authorities: Path) -> None:
        try:
            context.load_verify_locations(authorities)
        except ssl.SSLError as exc:
            raise ConfigError(
                f"tls_client_ca {str(authorities)!r} cannot be used ({_reason(exc)}): expected a"
                " PEM file with the certificates of authorities"
            ) from exc
        context.verify_mode = ssl.CERT_REQUIRED

    def _read_all(self) -> tuple[bytes, bytes, bytes | None]:
        authorities = _read("tls_client_ca", self.client_ca) if self.client_ca else None
        return (
            _read("tls_certificate", self.certificate),
            _read("tls_key", self.key),
            authorities,
        )


class _Watch:
    """Notices when files are others than before."""

    def __init__(self, tls: Tls) -> None:
        self._tls, self._seen = tls, _state(tls)

    def renewed(self, load: Callable[[], T]) -> T | None:
        """What `load` makes of the files when they have changed; None when they have not.

        Files that cannot be used, such as one of two that belong together, are logged and leave
        what was in use before.
        """
        state = _state(self._tls)
        if state == self._seen:
            return None
        self._seen = state
        try:
            loaded = load()
        except ConfigError as exc:
            logger.warning("the certificate stays as it was: %s", exc)
            return None
        logger.info("the certificate %s has been read again", self._tls.certificate)
        return loaded


def _state(tls: Tls) -> tuple[tuple[int, int, int], ...]:
    return tuple(_stat(file) for file in tls.files)


def _stat(file: Path) -> tuple[int, int, int]:
    try:
        found = file.stat()
    except OSError:
        return (0, 0, 0)  # It is about to be replaced.
    return (found.st_ino, found.st_mtime_ns, found.st_size)


def _read(setting: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as exc:
        raise ConfigError(f"{setting} {str(path)!r} cannot be read: {exc.strerror or exc}") from exc


def _reason(error: Exception) -> str:
    reason = getattr(error, "reason", None)
    return str(reason or error or "unusable").replace("_", " ").lower()
