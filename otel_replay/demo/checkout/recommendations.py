"""What goes well together. Slow on purpose, because it asks about one product after the other."""

from __future__ import annotations

from collections import Counter
from typing import Any

from opentelemetry import trace

from otel_replay.demo.checkout.inventory_client import InventoryClient

tracer = trace.get_tracer(__name__)

HOW_MANY = 3

Product = dict[str, Any]


def recommend(inventory: InventoryClient) -> list[Product]:
    """Return the products that sell best along with others, at most three."""
    with tracer.start_as_current_span("load products"):
        products = inventory.products()
    with tracer.start_as_current_span("find what sells together") as span:
        span.set_attribute("shop.products", len(products))
        orders = _orders_with(inventory, products)
    with tracer.start_as_current_span("rank products"):
        ranked = sorted(products, key=lambda product: -orders[product["sku"]])
    return ranked[:HOW_MANY]


def _orders_with(inventory: InventoryClient, products: list[Product]) -> Counter[str]:
    """Count, for each product, the orders that had it beside another one."""
    orders: Counter[str] = Counter()
    for product in products:
        for other in inventory.related(product["sku"]):
            orders[other["sku"]] += other["orders"]
    return orders
