"""What pages of tests load: bundles of npm packages, and the browser SDK as a package."""

from __future__ import annotations

import json
from pathlib import Path

from otel_replay.browser import SDK_FILES

ROOT = Path(__file__).parents[2]
_BUILD = "run make setup, or npm ci && npm run build in {}"


def bundle(name: str) -> str:
    """A script of ``tests/js/pages`` with all it imports."""
    return _read(ROOT / "tests" / "js" / "dist" / f"{name}.js")


def sdk_modules() -> dict[str, str]:
    """The modules of the npm package ``otel-replay``, by the paths that IMPORT_MAP gives them."""
    folder = ROOT / "sdk-js"
    modules = [p for p in (folder / "dist").glob("*.js") if p.name not in SDK_FILES]
    assert modules, f"{folder / 'dist'} is missing: {_BUILD.format('sdk-js')}"
    recorder = folder / "node_modules" / "@rrweb" / "record" / "dist" / "record.js"
    served = {f"/sdk/{path.name}": _read(path) for path in modules}
    return served | {"/sdk/record.js": _read(recorder)}


_IMPORTS = {
    "otel-replay": "/sdk/index.js",
    "otel-replay/opentelemetry": "/sdk/opentelemetry.js",
    "otel-replay/remote": "/sdk/remote.js",
    "@rrweb/record": "/sdk/record.js",
}
IMPORT_MAP = f'<script type="importmap">{json.dumps({"imports": _IMPORTS})}</script>'


def _read(path: Path) -> str:
    assert path.is_file(), f"{path} is missing: {_BUILD.format(path.parents[1])}"
    return path.read_text(encoding="utf-8")
