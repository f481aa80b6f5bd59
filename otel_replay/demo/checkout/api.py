"""What the pages' script calls: JSON in, JSON out."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

import flask

from otel_replay.demo.checkout import basket, people
from otel_replay.demo.checkout.inventory_client import InventoryClient
from otel_replay.demo.checkout.recommendations import recommend

logger = logging.getLogger(__name__)

blueprint = flask.Blueprint("api", __name__, url_prefix="/api")

REQUIRED_FIELDS = {"name": "your name", "email": "your e-mail address", "address": "an address"}


class FormError(Exception):
    """A form is not filled in right; the message is for the customer."""


@blueprint.post("/basket/<sku>")
def add(sku: str) -> dict[str, Any]:
    """Put one more unit into the basket."""
    product = _inventory().product(sku)
    basket.put(sku, basket.basket().get(sku, 0) + 1)
    return {"count": basket.count(), "added": product["name"]}


@blueprint.put("/basket/<sku>")
def change(sku: str) -> dict[str, Any]:
    """Set how many units of a product are in the basket."""
    quantity = _body().get("quantity")
    if not isinstance(quantity, int) or quantity < 0:
        raise FormError("A quantity is a whole number, 0 or more.")
    basket.put(sku, quantity)
    return {"count": basket.count()}


@blueprint.post("/orders")
def place_order() -> tuple[dict[str, Any], int]:
    """Order what is in the basket."""
    form = _filled_in(_body())
    coupon = str(form.get("coupon", "")).strip().upper()
    logger.info("ordering %d units, coupon %r", basket.count(), coupon)
    order = _inventory().place(basket.basket(), coupon)
    basket.order_placed(order)
    page = flask.url_for("pages.order", order=order)
    return {"id": order, "page": page}, HTTPStatus.CREATED


@blueprint.get("/recommendations")
def recommendations() -> str:
    """What goes well together, as HTML; takes about two seconds."""
    products = recommend(_inventory())
    cards = (flask.render_template("_card.html", product=product) for product in products)
    return "\n".join(cards)


@blueprint.post("/sign-in")
def sign_in() -> dict[str, Any]:
    """Become one of the regulars; the answer is what the browser SDK is told."""
    person = people.REGULARS.get(str(_body().get("id")))
    if person is None:
        raise FormError("There is no such account.")
    flask.session["person"] = person.id
    logger.info("%s signed in", person.id)
    return {"user": people.identity()}


@blueprint.post("/sign-out")
def sign_out() -> dict[str, Any]:
    """Be nobody again."""
    flask.session.pop("person", None)
    return {}


@blueprint.errorhandler(FormError)
def not_filled_in(error: FormError) -> tuple[dict[str, Any], int]:
    """Say what is missing."""
    return {"error": str(error)}, HTTPStatus.UNPROCESSABLE_ENTITY


def _filled_in(form: dict[str, Any]) -> dict[str, Any]:
    missing = [
        label for name, label in REQUIRED_FIELDS.items() if not str(form.get(name, "")).strip()
    ]
    if missing:
        raise FormError(f"Please fill in {' and '.join(missing)}.")
    return form


def _body() -> dict[str, Any]:
    body = flask.request.get_json()
    if not isinstance(body, dict):
        raise FormError("Expected a JSON object.")
    return body


def _inventory() -> InventoryClient:
    client: InventoryClient = flask.current_app.extensions["inventory"]
    return client
