"""Response headers: what a page may load and do, and how long a file may be kept.

Replayed pages are hostile input. They are rebuilt in an iframe without scripts, whose documents
inherit this policy. Images, fonts, media and style sheets of the recorded site are let through,
because the recording refers to them by address; scripts, forms, plugins and frames are not.
"""

from __future__ import annotations

from typing import Final

import flask

CONTENT_SECURITY_POLICY: Final = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline' http: https:",
        "img-src * data: blob:",
        "font-src * data: blob:",
        "media-src * data: blob:",
        "connect-src 'self'",
        "frame-src 'none'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
    ]
)

SECURITY_HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    # The address of a session page must not reach the servers of the recorded site.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}

BUILT_FILE: Final = "public, max-age=31536000, immutable"
PAGE: Final = "no-cache"


def init_app(app: flask.Flask) -> None:
    """Add the headers to every response of the application."""
    app.after_request(add_headers)


def add_headers(response: flask.Response) -> flask.Response:
    """Add security and cache headers that the view itself did not set."""
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    if flask.request.endpoint == "static":
        response.headers["Cache-Control"] = _static_caching()
    else:
        response.headers.setdefault("Cache-Control", PAGE)
    return response


def _static_caching() -> str:
    """Names under dist/ change with their content; manifest.json there does not."""
    built = flask.request.path.startswith("/static/dist/")
    return BUILT_FILE if built and not flask.request.path.endswith(".json") else PAGE
