"""The inventory's HTTP interface: JSON in, JSON out, amounts in cents."""

from __future__ import annotations

import time
from http import HTTPStatus
from pathlib import Path
from typing import Any

import flask
from opentelemetry import trace

from otel_replay.demo.inventory import orders
from otel_replay.demo.inventory.database import Database
from otel_replay.demo.inventory.orders import Line, OrderError

# The warehouse's stock list is on an old system at the other end of a thin line.
WAREHOUSE_DELAY_S = 0.2

tracer = trace.get_tracer(__name__)


def create_app(database_path: Path) -> flask.Flask:
    """Return the application on the SQLite file ``database_path``, which it makes if need be."""
    app = flask.Flask(__name__)
    app.config["DATABASE"] = database_path
    app.register_blueprint(blueprint)
    with Database.open(database_path) as database:
        database.create()
    return app


blueprint = flask.Blueprint("inventory", __name__)


@blueprint.get("/healthz")
def healthz() -> str:
    """Answer when the service is up."""
    return "ok"


@blueprint.get("/products")
def products() -> dict[str, Any]:
    """All products, in the shop's order."""
    with Database.open(_path()) as database:
        return {"products": database.rows("select_products")}


@blueprint.get("/products/<sku>")
def product(sku: str) -> dict[str, Any]:
    """One product."""
    with Database.open(_path()) as database:
        return _found(database.row("select_product", {"sku": sku}))


@blueprint.get("/products/<sku>/related")
def related(sku: str) -> dict[str, Any]:
    """Products bought together with this one, after asking the slow warehouse what it holds."""
    with tracer.start_as_current_span("ask the warehouse", attributes={"product.sku": sku}):
        time.sleep(WAREHOUSE_DELAY_S)
    with Database.open(_path()) as database:
        return {"related": database.rows("select_bought_together", {"sku": sku})}


@blueprint.post("/orders")
def place() -> tuple[dict[str, Any], int]:
    """Place an order."""
    lines, coupon = _order()
    with Database.open(_path()) as database:
        return {"id": orders.place(database, lines, coupon)}, HTTPStatus.CREATED


@blueprint.get("/orders/<order>")
def order(order: str) -> dict[str, Any]:
    """One order and its lines."""
    with Database.open(_path()) as database:
        found = _found(database.row("select_order", {"id": order}))
        return {**found, "lines": database.rows("select_order_lines", {"id": order})}


@blueprint.errorhandler(OrderError)
def refused(error: OrderError) -> tuple[dict[str, Any], int]:
    """Answer an order that cannot be taken with the reason."""
    return {"error": str(error)}, HTTPStatus.CONFLICT


def _order() -> tuple[list[Line], str]:
    body = flask.request.get_json()
    return [Line(line["sku"], int(line["quantity"])) for line in body["lines"]], body["coupon"]


def _found(row: dict[str, Any] | None) -> dict[str, Any]:
    if row is None:
        flask.abort(HTTPStatus.NOT_FOUND)
    return row


def _path() -> Path:
    path: Path = flask.current_app.config["DATABASE"]
    return path
