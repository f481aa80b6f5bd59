"""What the customer is told when something goes wrong: a page, or JSON for the script."""

from __future__ import annotations

import logging
from http import HTTPStatus

import flask
from flask.typing import ResponseReturnValue

from otel_replay.demo.checkout.inventory_client import InventoryError, NotFoundError, RefusedError

logger = logging.getLogger(__name__)


def register_failures(app: flask.Flask) -> None:
    """Translate what the inventory client raises."""
    app.register_error_handler(InventoryError, _inventory_failed)
    app.register_error_handler(RefusedError, _refused)
    app.register_error_handler(NotFoundError, _not_found)
    app.register_error_handler(HTTPStatus.NOT_FOUND, _not_found)


def _inventory_failed(error: InventoryError) -> ResponseReturnValue:
    logger.error("the inventory failed: %s", error)
    message = "Something broke on our side, and your order was not placed. Please try again later."
    return _answer(message, HTTPStatus.BAD_GATEWAY)


def _refused(error: RefusedError) -> ResponseReturnValue:
    logger.warning("order refused: %s", error)
    return _answer(str(error), HTTPStatus.CONFLICT)


def _not_found(error: Exception) -> ResponseReturnValue:
    return _answer("We looked everywhere, but this is not here.", HTTPStatus.NOT_FOUND)


def _answer(message: str, status: HTTPStatus) -> ResponseReturnValue:
    if flask.request.path.startswith("/api/"):
        return {"error": message}, status
    return flask.render_template("failure.html", message=message, status=status), status
