"""Build what runs in browsers: the SDK and the UI's scripts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.node import Node
from tools.paths import ROOT, STAMPS
from tools.processes import Command, run_logged
from tools.progress import Progress
from tools.stamps import Stamp, digest_of, files_below


@dataclass(frozen=True)
class Package:
    """One npm package: its folder, and the files that ``npm run build`` must leave behind."""

    name: str
    title: str
    folder: Path
    outputs: tuple[Path, ...]

    def is_built(self) -> bool:
        """Tell whether the build's files exist, of whatever age."""
        return all(output.is_file() for output in self.outputs)


SDK = Package(
    name="sdk",
    title="browser SDK",
    folder=ROOT / "sdk-js",
    outputs=tuple(
        ROOT / "otel_replay" / "browser" / "dist" / name for name in ("otel.js", "otel-late.js")
    ),
)
UI = Package(
    name="ui",
    title="UI scripts",
    folder=ROOT / "ui" / "otel_replay_ui" / "web",
    outputs=(ROOT / "ui" / "otel_replay_ui" / "static" / "dist" / "manifest.json",),
)
PACKAGES = (SDK, UI)
# What tests use from npm: needed where tests run, and nowhere else.
TESTS = Package(
    name="tests",
    title="pages of the tests",
    folder=ROOT / "tests" / "js",
    outputs=(ROOT / "tests" / "js" / "dist" / "hyperdx.js",),
)

# `include`: a machine may be set to leave out dev dependencies. `ignore-scripts` stays off, esbuild
# checks its binary in one.
NPM_CI: Command = ("npm", "ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error")
NPM_BUILD: Command = ("npm", "run", "build")


def build(package: Package, env: Mapping[str, str], node: Node) -> None:
    """Install the package's dependencies when the lockfile changed, then build it.

    ``env`` has Node.js on its PATH. Raises ToolError with the end of npm's output.
    """
    modules = package.folder / "node_modules"
    stamp = Stamp(STAMPS / f"{package.name}-modules", (modules,))
    digest = _modules_digest(package, node)
    if not stamp.is_current(digest):
        stamp.clear()
        run_logged(f"{package.name}-npm-ci", NPM_CI, env, package.folder)
        stamp.write(digest)
    run_logged(f"{package.name}-build", NPM_BUILD, env, package.folder)


def ensure_built(
    progress: Progress, package: Package, env: Mapping[str, str], node: Node, *, modules: bool
) -> None:
    """Build ``package`` unless its sources are those of the last build.

    With ``modules`` its dependencies must be there too, for the checks that follow.
    """
    needed = (*package.outputs, package.folder / "node_modules") if modules else package.outputs
    stamp = Stamp(STAMPS / package.name, needed)
    digest = digest_of(files_below(package.folder), node.version)
    if stamp.is_current(digest):
        progress.reused(package.title)
        return
    stamp.clear()
    with progress.step(f"building the {package.title}"):
        build(package, env, node)
    stamp.write(digest)


def _modules_digest(package: Package, node: Node) -> str:
    names = ("package.json", "package-lock.json")
    return digest_of([package.folder / name for name in names], node.version)
