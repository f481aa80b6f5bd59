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
    full: int = sum(_product(database, line.sku)["price_cents"] * line.quantity for line in lines)
    logger.info("pricing %d lines, %d cents in all, coupon %r", len(lines), full, coupon)
    return full - (_discount(database, full, coupon) if coupon else 0)


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


def _discount(database: Database, full_cents: int, code: str) -> int:
    """Return the cents that a coupon takes off.

    The division fails for a coupon that was entered wrong. That is the bug this demo is about: it
    shows up in the trace, in the logs, and next to what the customer saw.
    """
    coupon = database.row("select_coupon", {"code": code})
    if coupon is None:
        raise OrderError(f"We do not know the coupon {code}.")
    off: int = full_cents // coupon["one_part_in"]
    return off


def _product(database: Database, sku: str) -> Row:
    product = database.row("select_product", {"sku": sku})
    if product is None:
        raise OrderError(f"We do not sell {sku}.")
    return product
