"""``GET /sdk/otel.js`` and its neighbours: the browser SDK, for pages that load it from here."""

from __future__ import annotations

import flask

from otel_replay.browser import SDK_FILES, sdk_path

blueprint = flask.Blueprint("sdk", __name__)


@blueprint.get("/sdk/<name>")
def file(name: str) -> flask.Response:
    """A file for script tags, or its map. Any site may load them: they hold nothing secret."""
    script = name.removesuffix(".map")
    if script not in SDK_FILES:
        flask.abort(404)
    if script == name:
        response = flask.send_file(sdk_path(name), mimetype="text/javascript", max_age=300)
    else:
        path = sdk_path(script).with_name(name)
        response = flask.send_file(path, mimetype="application/json", max_age=300)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
