"""``GET /sdk/otel.js``: the browser SDK, for pages that load it from here."""

from __future__ import annotations

import flask

from otel_replay.browser import sdk_path

blueprint = flask.Blueprint("sdk", __name__)


@blueprint.get("/sdk/otel.js")
def otel_js() -> flask.Response:
    """The bundle for a script tag. Any site may load it: it holds nothing secret."""
    response = flask.send_file(sdk_path(), mimetype="text/javascript", max_age=300)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
