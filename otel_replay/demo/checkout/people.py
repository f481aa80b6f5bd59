"""Who can sign in: three regulars. A demo asks for no password."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import flask


@dataclass(frozen=True)
class Person:
    """A customer with an account."""

    id: str
    name: str
    email: str
    since: str


REGULARS = {
    person.id: person
    for person in (
        Person("u-1815", "Ada Byron", "ada@shop.example", "2019"),
        Person("u-1906", "Grace Murray", "grace@shop.example", "2021"),
        Person("u-1912", "Alan Mathison", "alan@shop.example", "2023"),
    )
}


def signed_in() -> Person | None:
    """Return the person of this browser, if somebody signed in."""
    return REGULARS.get(flask.session.get("person", ""))


def identity() -> dict[str, str] | None:
    """Return what the page tells the browser SDK about the person."""
    person = signed_in()
    if person is None:
        return None
    return {name: value for name, value in asdict(person).items() if name != "since"}
