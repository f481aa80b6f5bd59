"""What the shop asks of the inventory service, over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote as quoted

import requests

TIMEOUT_S = 10.0

Json = dict[str, Any]
Basket = Mapping[str, int]


class InventoryError(Exception):
    """The inventory failed or is away."""


class RefusedError(Exception):
    """The inventory cannot do what the customer asked; the message is for the customer."""


class NotFoundError(Exception):
    """The inventory knows no such thing."""


@dataclass(frozen=True)
class InventoryClient:
    """Calls the service at the base URL ``address``. A basket maps products to quantities.

    Every method raises InventoryError when the service fails, and NotFoundError where it says so.
    """

    address: str

    def products(self) -> list[Json]:
        """Return all products."""
        products: list[Json] = self._call("GET", "/products")["products"]
        return products

    def product(self, sku: str) -> Json:
        """Return one product; raises NotFoundError."""
        return self._call("GET", f"/products/{quoted(sku, safe='')}")

    def related(self, sku: str) -> list[Json]:
        """Return what was bought together with a product, as ``{"sku", "orders"}``; slow."""
        related: list[Json] = self._call("GET", f"/products/{quoted(sku, safe='')}/related")[
            "related"
        ]
        return related

    def place(self, basket: Basket, coupon: str) -> str:
        """Order a basket and return the order's number; raises RefusedError."""
        order: str = self._call("POST", "/orders", _order(basket, coupon))["id"]
        return order

    def order(self, order: str) -> Json:
        """Return an order with its lines; raises NotFoundError."""
        return self._call("GET", f"/orders/{quoted(order, safe='')}")

    def _call(self, method: str, path: str, body: Json | None = None) -> Json:
        try:
            response = requests.request(method, self.address + path, json=body, timeout=TIMEOUT_S)
        except requests.RequestException as exc:
            raise InventoryError(f"{method} {path}: {exc}") from exc
        if response.status_code == HTTPStatus.NOT_FOUND:
            raise NotFoundError(path)
        if response.status_code == HTTPStatus.CONFLICT:
            raise RefusedError(response.json()["error"])
        if not response.ok:
            raise InventoryError(f"{method} {path} answered {response.status_code}")
        answer: Json = response.json()
        return answer


def _order(basket: Basket, coupon: str) -> Json:
    lines = [{"sku": sku, "quantity": quantity} for sku, quantity in basket.items()]
    return {"lines": lines, "coupon": coupon}
