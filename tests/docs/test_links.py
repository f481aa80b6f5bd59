"""Links between the pages lead somewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.pages import ROOT, anchors, links, pages

EVERY_PAGE = [*pages(), ROOT / "CONTRIBUTING.md", ROOT / "sdk-js" / "README.md"]


@pytest.mark.parametrize("page", EVERY_PAGE, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_resolve(page: Path) -> None:
    broken = []
    for link in links(page):
        if "://" in link:
            continue
        name, _, fragment = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (fragment and fragment not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, waiting = set[Path](), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        targets = {
            (page.parent / link.partition("#")[0]).resolve()
            for link in links(page)
            if "://" not in link
        }
        waiting += [t for t in targets if t.suffix == ".md" and t not in reached and t.exists()]
    assert set(pages()) <= reached


def test_pictures_are_small_enough_to_load_at_once() -> None:
    pictures = list((ROOT / "docs" / "images").iterdir())
    assert pictures
    assert [p.name for p in pictures if p.stat().st_size > 300_000] == []
