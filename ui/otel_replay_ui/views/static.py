"""Static files, in the form that the build compressed where the browser takes it."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import Any

import flask


def init_app(app: flask.Flask) -> None:
    """Answer ``/static/...`` with ``NAME.gz`` instead of ``NAME`` where there is one."""
    plain = app.view_functions["static"]

    def send(filename: str) -> Any:
        compressed = f"{filename}.gz"
        if not (Path(str(app.static_folder)) / compressed).is_file():
            return plain(filename=filename)
        if flask.request.accept_encodings["gzip"] > 0:
            response = app.send_static_file(compressed)
            response.headers["Content-Encoding"] = "gzip"
            response.mimetype = mimetypes.guess_type(filename)[0] or "application/octet-stream"
        else:
            response = flask.make_response(plain(filename=filename))
        response.vary.add("Accept-Encoding")
        return response

    app.view_functions["static"] = send
