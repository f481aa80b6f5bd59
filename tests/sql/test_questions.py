"""The questions of docs/sql.md, each with its answer on sessions that are known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from otel_replay.storage.blobs.file import FileBlobStore
from otel_replay.storage.reading import READ_SETTINGS
from tests.docs.pages import ROOT
from tests.support.database import temporary_database
from tests.support.known import ADA, BOB, CYD, fill
from tests.support.sessions import World, now_ms

_QUESTION = re.compile(r"^### (.+?)\n.*?^```sql\n(.+?)^```$", re.MULTILINE | re.DOTALL)


def questions() -> dict[str, str]:
    """Each question of the page and its statement."""
    text = (ROOT / "docs" / "sql.md").read_text(encoding="utf-8")
    return dict(_QUESTION.findall(text))


@pytest.fixture(scope="module")
def known(engine_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with temporary_database(engine_path) as database:
        world = World(database, FileBlobStore(tmp_path_factory.mktemp("blobs")))
        # Within one day, whenever the test runs.
        world.zero_ms = (now_ms() // 3_600_000 - 1) * 3_600_000
        fill(world)
        yield world


def _day(world: World) -> Any:
    return datetime.fromtimestamp(world.zero_ms / 1000, UTC).date()


ANSWERS: dict[str, list[tuple[Any, ...]]] = {
    "Which sessions came last?": [
        (CYD, "cyd", "1.1.0", 2, 1),
        (BOB, "bob", "1.1.0", 2, 0),
        (ADA, "ada", "1.0.0", 4, 2),
    ],
    "What happened in a session, in order?": [
        ("navigation", "http://shop.example/products"),
        ("click", "Kettle"),
        ("navigation", "http://shop.example/basket"),
        ("click", "Checkout"),
        ("navigation", "http://shop.example/checkout"),
        ("click", "Pay"),
        ("request", "POST /api/pay"),
        ("error", "TypeError: x is undefined"),
        ("click", "Help"),
        ("navigation", "http://shop.example/help"),
    ],
    "How many people came per day, and how many of their sessions had errors?": [("day", 3, 3, 2)],
    "In which release do sessions have the most errors?": [
        ("1.0.0", 1, 1, 1.0),
        ("1.1.0", 2, 1, 0.5),
    ],
    "Which recordings are the biggest?": [(ADA, 2, 500)],
    "Which pages are seen most?": [
        ("/products", 3, 3),
        ("/basket", 2, 2),
        ("/checkout", 2, 2),
        ("/help", 1, 1),
    ],
    "Where do people come in, and where do they leave?": [
        ("/products", "/basket", 1),
        ("/products", "/checkout", 1),
        ("/products", "/help", 1),
    ],
    "How long do people stay on a page before they go to the next?": [
        ("/basket", 10.0),
        ("/products", 10.0),
        ("/checkout", 4.0),
    ],
    "Which page follows which?": [
        ("/products", "/basket", 2),
        ("/basket", "/checkout", 1),
        ("/checkout", "/help", 1),
        ("/products", "/checkout", 1),
    ],
    "How far do people get on their way to the checkout?": [(1, 1), (2, 1), (3, 1)],
    "Which exceptions hit the most sessions?": [
        ("browser", "TypeError", "x is undefined", 2, 2),
        ("backend", "CardError", "declined", 1, 1),
    ],
    "Who met an error, and what did they do next?": [
        ("ada", "/checkout", "click", "Help"),
        ("cyd", "/basket", "", ""),
    ],
    "What was clicked last before an exception in the browser?": [(ADA, "x is undefined", "Pay")],
    "With which release did an exception first come?": [
        ("TypeError", "x is undefined", "1.0.0", ["1.0.0", "1.1.0"])
    ],
    "Whom did which backend exception hit, and where can I watch it?": [
        ("payments", "CardError", "declined", "ada", f"http://127.0.0.1:8080/sessions/{ADA}")
    ],
    "What is clicked most on each page?": [
        ("/checkout", "Pay", 4),
        ("/basket", "Checkout", 1),
        ("/checkout", "Help", 1),
        ("/products", "Kettle", 1),
    ],
    "Who clicked in rage before they left?": [(BOB, "bob", "/checkout", "Pay")],
    "Where do people click and nothing happens?": [("/checkout", "#pay", 1, 1)],
    "Which requests keep people waiting, as they saw it?": [
        ("POST", "/api/pay", 2, 900.0, 1),
        ("GET", "/api/stock", 2, 70.0, 0),
    ],
    "What is the slowest backend call of each page?": [
        ("/checkout", "shop-api: POST /pay", 800.0),
        ("/products", "inventory: GET /stock", 60.0),
    ],
    "Which backend service breaks which page most?": [("/checkout", "payments", 1, 1)],
    "How much of the time of a payment is spent in which service?": [
        ("payments", 600.0),
        ("shop-api", 480.0),
        ("shop-web", 120.0),
    ],
    "What did the services log for a session?": [("checkout", "charging the card")],
    "What went on in the browser and the backend, in order?": [
        ("shop-web", "click Kettle"),
        ("shop-web", "click Checkout"),
        ("shop-web", "click Pay"),
        ("shop-web", "request POST /api/pay"),
        ("shop-api", "POST /pay"),
        ("payments", "POST /charge"),
        ("shop-web", "error TypeError: x is undefined"),
        ("shop-web", "click Help"),
    ],
    "What is the 75th percentile of each web vital, by release?": [
        ("1.0.0", "INP", 340.0),
        ("1.0.0", "LCP", 2600.0),
        ("1.1.0", "INP", 100.0),
        ("1.1.0", "LCP", 3000.0),
    ],
    "On which pages is the largest content painted too late?": [
        ("/checkout", 3000.0, 1),
        ("/products", 2600.0, 3),
    ],
}


def test_the_page_has_at_least_25_questions_and_every_answer_is_known() -> None:
    assert len(questions()) >= 25
    assert list(questions()) == list(ANSWERS)


@pytest.mark.parametrize("question", list(ANSWERS))
def test_a_question_has_its_answer(known: World, question: str) -> None:
    rows = known.database.query(questions()[question], settings=READ_SETTINGS)
    answer = [
        tuple(sorted(value) if isinstance(value, list) else value for value in row.values())
        for row in rows
    ]
    expected = [
        tuple(_day(known) if value == "day" else value for value in row)
        for row in ANSWERS[question]
    ]
    assert answer == expected
