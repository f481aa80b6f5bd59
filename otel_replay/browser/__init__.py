"""The built browser SDK, as a file to serve."""

from __future__ import annotations

from pathlib import Path

from otel_replay.errors import ConfigError

_BUILT = Path(__file__).parent / "dist" / "otel.js"


def sdk_path() -> Path:
    """Return the script-tag build; its source map lies beside it as ``otel.js.map``.

    Raises ConfigError when it has not been built, which only happens in a clone.
    """
    if not _BUILT.is_file():
        raise ConfigError(
            f"{_BUILT} is missing: the browser SDK is not built. Build it with make setup, or "
            "with npm ci && npm run build in sdk-js"
        )
    return _BUILT
