"""The documentation names default addresses; tests run on free ones."""

from __future__ import annotations

from tests.support.process import Up

_DEFAULTS = {
    "otlp_grpc": "127.0.0.1:4317",
    "otlp_http": "127.0.0.1:4318",
    "ui": "127.0.0.1:8080",
    "sql": "127.0.0.1:8123",
}


def at_running(text: str, up: Up) -> str:
    """`text` with the addresses of `up` in place of the defaults."""
    for part, default in _DEFAULTS.items():
        text = text.replace(default, str(up.addresses[part]).removeprefix("http://"))
    return text
