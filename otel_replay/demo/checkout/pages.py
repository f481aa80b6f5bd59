"""The pages, rendered on the server."""

from __future__ import annotations

from http import HTTPStatus

import flask

from otel_replay.demo.checkout import basket, people
from otel_replay.demo.checkout.inventory_client import InventoryClient
from otel_replay.demo.checkout.recommendations import HOW_MANY

blueprint = flask.Blueprint("pages", __name__)


@blueprint.get("/")
def products() -> str:
    """Everything that is for sale."""
    return flask.render_template("products.html", products=_inventory().products())


@blueprint.get("/products/<sku>")
def product(sku: str) -> str:
    """One product."""
    return flask.render_template("product.html", product=_inventory().product(sku))


@blueprint.get("/basket")
def basket_page() -> str:
    """What the customer is about to buy."""
    return flask.render_template("basket.html", **_priced_basket())


@blueprint.get("/checkout")
def checkout() -> str | flask.typing.ResponseReturnValue:
    """The form with name, address and coupon."""
    if not basket.basket():
        return flask.redirect(flask.url_for("pages.basket_page"))
    return flask.render_template("checkout.html", **_priced_basket(), person=people.signed_in())


@blueprint.get("/orders/<order>")
def order(order: str) -> str:
    """The confirmation, for the one who ordered."""
    if not basket.is_own(order):
        flask.abort(HTTPStatus.NOT_FOUND)
    return flask.render_template("order.html", order=_inventory().order(order))


@blueprint.get("/recommendations")
def recommendations() -> str:
    """What goes well together; the script brings the products when they are found."""
    return flask.render_template("recommendations.html", how_many=HOW_MANY)


@blueprint.get("/account")
def account() -> str:
    """Who is signed in, and who could be."""
    return flask.render_template("account.html", regulars=people.REGULARS.values())


def _priced_basket() -> dict[str, object]:
    quantities = basket.basket()
    chosen = [product for product in _inventory().products() if product["sku"] in quantities]
    lines = [{**product, "quantity": quantities[product["sku"]]} for product in chosen]
    total = sum(line["price_cents"] * line["quantity"] for line in lines)
    return {"lines": lines, "total_cents": total}


def _inventory() -> InventoryClient:
    client: InventoryClient = flask.current_app.extensions["inventory"]
    return client
