"""The customer's basket and orders, kept in the signed session cookie."""

from __future__ import annotations

import flask

MOST_PER_PRODUCT = 20

Basket = dict[str, int]


def basket() -> Basket:
    """Return the quantity of each product in the basket."""
    return dict(flask.session.get("basket", {}))


def put(sku: str, quantity: int) -> None:
    """Set the quantity of one product; 0 takes it out."""
    changed = basket()
    changed.pop(sku, None)
    if quantity > 0:
        changed[sku] = min(quantity, MOST_PER_PRODUCT)
    flask.session["basket"] = changed


def count() -> int:
    """Return how many units are in the basket."""
    return sum(basket().values())


def order_placed(order: str) -> None:
    """Empty the basket and remember the order as the customer's own."""
    flask.session["orders"] = [*flask.session.get("orders", []), order]
    flask.session.pop("basket", None)


def is_own(order: str) -> bool:
    """Tell whether this customer placed the order."""
    return order in flask.session.get("orders", [])
