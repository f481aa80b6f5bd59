"""Prices and orders: what the inventory works out, without any HTTP."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from otel_replay.demo.inventory.database import Database, Row

logger = logging.getLogger(__name__)


class OrderError(Exception):
    """An order cannot be priced or placed as asked; the message is for the customer."""


@dataclass(frozen=True)
class Line:
    """So many units of one product."""

    sku: str
    quantity: int


def price(database: Database, lines: Sequence[Line], coupon: str) -> int:
    """Return what ``lines`` cost in cents, less what the coupon takes off.

    Raises OrderError for an empty order, an unknown product or an unknown coupon.
    """
    if not lines:
        raise OrderError("Your basket is empty.")
    products = {line: _product(database, line.sku) for line in lines}
    full: int = sum(product["price_cents"] * line.quantity for line, product in products.items())
    logger.info("pricing %d lines, %d cents in all, coupon %r", len(lines), full, coupon)
    return full - (_discount(database, products, coupon) if coupon else 0)


def place(database: Database, lines: Sequence[Line], coupon: str) -> str:
    """Take the stock and keep the order; return its number.

    Raises OrderError as ``price`` does, and when there is not enough stock.
    """
    total_cents = price(database, lines, coupon)
    order = secrets.token_hex(4).upper()
    database.change("insert_order", {"id": order, "total_cents": total_cents})
    for line in lines:
        values = {"sku": line.sku, "quantity": line.quantity}
        if database.change("take_stock", values) == 0:
            raise OrderError(f"{_product(database, line.sku)['name']} is sold out.")
        database.change("insert_order_line", {"order_id": order, **values})
    logger.info("order %s placed, %d cents", order, total_cents)
    return order


def _discount(database: Database, products: dict[Line, Row], code: str) -> int:
    """Return the cents that a coupon takes off: its amount, shared by the units it is for.

    The division fails for a coupon whose category is not in the basket. That is the bug this demo
    is about: it shows up in the trace, in the logs, and next to what the customer saw.
    """
    coupon = database.row("select_coupon", {"code": code})
    if coupon is None:
        raise OrderError(f"We do not know the coupon {code}.")
    eligible = [line for line in products if products[line]["category"] == coupon["category"]]
    units = sum(line.quantity for line in eligible)
    off_per_unit = coupon["amount_cents"] // units
    return sum(
        min(off_per_unit, products[line]["price_cents"]) * line.quantity for line in eligible
    )


def _product(database: Database, sku: str) -> Row:
    product = database.row("select_product", {"sku": sku})
    if product is None:
        raise OrderError(f"We do not sell {sku}.")
    return product
