"""Build hook: a wheel carries the browser SDK and the UI's scripts, built when they are absent."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).resolve().parent))

from tools import node, scripts  # noqa: E402
from tools.processes import ToolError, clean_environment  # noqa: E402


class ScriptsHook(BuildHookInterface[Any]):
    """Runs npm for the packages whose built files are missing.

    An editable install leaves that to `make`, which also notices changed sources.
    """

    def dependencies(self) -> list[str]:
        """Ask for Node.js from PyPI only where there is work for it and the machine has none."""
        return [node.PYPI_PACKAGE] if self._missing() and node.on_path() is None else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build what is missing; fails when Node.js is, or npm does."""
        if version == "editable" or not self._missing():
            return
        found = _find_node()
        env = clean_environment(os.environ, found.folder)
        for package in self._missing():
            self.app.display_info(f"building the {package.title}")
            scripts.build(package, env, found)

    def _missing(self) -> list[scripts.Package]:
        if self.target_name != "wheel":
            return []
        return [package for package in scripts.PACKAGES if not package.is_built()]


def _find_node() -> node.Node:
    if found := node.on_path():
        return found
    package = node.installed_package()
    if package is None:
        raise ToolError(f"building needs Node.js 20 or later: pip install {node.PYPI_PACKAGE}")
    return node.from_package(package)
