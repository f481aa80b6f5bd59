"""The shop's Flask application."""

from __future__ import annotations

import secrets

import flask

from otel_replay.browser import sdk_path
from otel_replay.demo.checkout import api, basket, pages, people
from otel_replay.demo.checkout.failures import register_failures
from otel_replay.demo.checkout.inventory_client import InventoryClient


def create_app(inventory: InventoryClient, otlp_endpoint: str, key: str = "") -> flask.Flask:
    """Return the shop; its pages send their telemetry to the base URL ``otlp_endpoint``, with the
    ingest key where there is one."""
    app = flask.Flask(__name__)
    # Baskets of an earlier run are forgotten, as their orders may be.
    app.secret_key = secrets.token_bytes(32)
    # Two shops on one machine share the cookies of its host name.
    app.config["SESSION_COOKIE_NAME"] = "kettle-and-quay"
    app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    app.extensions["inventory"] = inventory
    app.config["OTLP_ENDPOINT"] = otlp_endpoint
    app.config["INGEST_KEY"] = key
    app.add_template_filter(_money, "money")
    app.context_processor(_page_context)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(api.blueprint)
    app.register_blueprint(assets)
    register_failures(app)
    return app


assets = flask.Blueprint("assets", __name__)


@assets.get("/healthz")
def healthz() -> str:
    """Answer when the service is up."""
    return "ok"


@assets.get("/static/<any('otel.js', 'otel-late.js'):name>")
def browser_sdk(name: str) -> flask.Response:
    """The browser SDK, from the shop's own origin: content blockers leave that alone."""
    return flask.send_file(sdk_path(name), mimetype="text/javascript")


@assets.get("/static/<any('otel.js', 'otel-late.js'):name>.map")
def browser_sdk_map(name: str) -> flask.Response:
    """The SDK's source maps, for the developer tools."""
    return flask.send_file(f"{sdk_path(name)}.map", mimetype="application/json")


def _page_context() -> dict[str, object]:
    return {
        "basket_count": basket.count(),
        "otlp_endpoint": flask.current_app.config["OTLP_ENDPOINT"],
        "ingest_key": flask.current_app.config["INGEST_KEY"],
        "person": people.signed_in(),
        "identity": people.identity(),
    }


def _money(cents: int) -> str:
    return f"€{cents / 100:,.2f}"
