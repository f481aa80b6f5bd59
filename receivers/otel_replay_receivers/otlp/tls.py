"""Certificates for both servers, read once and checked at the start."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

import grpc

from otel_replay.errors import ConfigError


@dataclass(frozen=True)
class Tls:
    """PEM files. With `client_ca`, clients need a certificate signed by one of its authorities."""

    certificate: Path
    key: Path
    client_ca: Path | None = None

    def http_context(self) -> ssl.SSLContext:
        """For HTTP/1.1. Raises ConfigError naming the setting that is wrong."""
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

    def grpc_credentials(self) -> grpc.ServerCredentials:
        """For gRPC. Raises ConfigError naming the setting that is wrong."""
        self.http_context()  # gRPC would take any file, and fail at each connection.
        certificate, key, authorities = self._read_all()
        return grpc.ssl_server_credentials(
            [(key, certificate)],
            root_certificates=authorities,
            require_client_auth=authorities is not None,
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


def _read(setting: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as exc:
        raise ConfigError(f"{setting} {str(path)!r} cannot be read: {exc.strerror or exc}") from exc


def _reason(error: Exception) -> str:
    reason = getattr(error, "reason", None)
    return str(reason or error or "unusable").replace("_", " ").lower()
