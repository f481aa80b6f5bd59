"""The built browser SDK, as files to serve beside each other."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from otel_replay.errors import ConfigError

_BUILT = Path(__file__).parent / "dist" / "otel.js"

EXTRA_FILES: Final = ("otel-remote.js",)
"""For pages that ask for more: the start with settings from the receiver."""
SDK_FILES: Final = ("otel.js", "otel-late.js", "otel-stub.js", *EXTRA_FILES)
"""What pages load: the script tag's file, what it loads itself, the stub of the async loader."""


def sdk_path(name: str = "otel.js") -> Path:
    """Return one of SDK_FILES; its source map lies beside it, with ``.map`` behind the name.

    Raises ConfigError when it has not been built, which only happens in a clone.
    """
    built = _BUILT.with_name(name)
    if not built.is_file():
        raise ConfigError(
            f"{built} is missing: the browser SDK is not built. Build it with make setup, or "
            "with npm ci && npm run build in sdk-js"
        )
    return built
