"""constraints.txt pins all that is installed, and package locks name no download addresses."""

from __future__ import annotations

import importlib.metadata
import json
import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.paths import CONSTRAINTS, PYPROJECT
from tools.scripts import PACKAGES, TESTS, Package

PIN = re.compile(r"([a-z0-9-]+)==([0-9][0-9a-z.]*)")


def pins() -> dict[str, str]:
    """Return the pinned version of each package."""
    lines = CONSTRAINTS.read_text().splitlines()
    matches = [PIN.fullmatch(line) for line in lines if not line.startswith("#")]
    assert all(matches), "a line is neither a comment nor name==version"
    return {match[1]: match[2] for match in matches if match}


def direct_requirements() -> list[Requirement]:
    """Return what pyproject.toml asks for, extras, groups and the build included."""
    document = tomllib.loads(PYPROJECT.read_text())
    project = document["project"]
    lists = [
        project["dependencies"],
        *project["optional-dependencies"].values(),
        *document["dependency-groups"].values(),
        document["build-system"]["requires"],
    ]
    return [Requirement(text) for texts in lists for text in texts]


def test_direct_requirements_are_pinned_within_their_ranges() -> None:
    pinned = pins()
    for requirement in direct_requirements():
        name = canonicalize_name(requirement.name)
        assert name in pinned, f"{name} is not in constraints.txt"
        assert requirement.specifier.contains(pinned[name], prereleases=True), str(requirement)


def test_what_they_bring_along_is_pinned_too() -> None:
    assert closure() - pins().keys() == set()


@pytest.mark.parametrize("package", [*PACKAGES, TESTS], ids=lambda package: package.name)
def test_package_lock_names_no_download_addresses(package: Package) -> None:
    lock = json.loads((package.folder / "package-lock.json").read_text())
    entries = [entry for path, entry in lock["packages"].items() if path]
    assert entries
    assert all("integrity" in entry and "resolved" not in entry for entry in entries)


@pytest.mark.parametrize("package", [*PACKAGES, TESTS], ids=lambda package: package.name)
def test_npm_packages_are_pinned_exactly(package: Package) -> None:
    manifest = json.loads((package.folder / "package.json").read_text())
    for kind in ("dependencies", "devDependencies"):
        for name, version in manifest.get(kind, {}).items():
            # An alias, for a package that is there in two versions, names it before its version.
            number = version.removeprefix("npm:").rpartition("@")[2]
            assert re.fullmatch(r"\d+\.\d+\.\d+", number), f"{name} is {version}"


def closure() -> set[str]:
    """Return the names of all installed packages that the direct requirements lead to."""
    found: set[str] = set()
    waiting = direct_requirements()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        key = f"{name}{sorted(requirement.extras)}"
        if key in found:
            continue
        found.add(key)
        waiting.extend(requirements_of(name, requirement.extras))
    return {key.partition("[")[0] for key in found}


def requirements_of(name: str, extras: set[str]) -> list[Requirement]:
    """Return what an installed package needs on this machine; nothing when it is not installed."""
    try:
        texts = importlib.metadata.requires(name) or []
    except importlib.metadata.PackageNotFoundError:
        return []
    wanted = [Requirement(text) for text in texts]
    return [one for one in wanted if applies(one, extras)]


def applies(requirement: Requirement, extras: set[str]) -> bool:
    """Tell whether a requirement counts here, with these extras chosen."""
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in {"", *extras})
