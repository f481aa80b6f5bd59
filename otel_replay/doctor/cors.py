"""May a web page send here? Asks as its browser would."""

from __future__ import annotations

import requests

from otel_replay.doctor.report import Check, failed, ok, skipped
from otel_replay.doctor.setup import Setup
from otel_replay.doctor.web import TIMEOUT_S, network_problem, refusal_text, session


def cors(setup: Setup) -> Check:
    """The preflight of a page with the origin that was asked about."""
    if not setup.origin:
        return skipped("CORS", "give --origin https://shop.example to check a page's origin")
    headers = {
        "Origin": setup.origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    try:
        with session(setup.credentials) as direct:
            response = direct.options(
                f"{setup.otlp_http}/v1/logs", headers=headers, timeout=TIMEOUT_S
            )
    except requests.RequestException as exc:
        return failed("CORS", network_problem(exc), "see the check of the OTLP/HTTP address")
    allowed = response.headers.get("Access-Control-Allow-Origin", "")
    if response.ok and allowed in (setup.origin, "*"):
        return ok("CORS", f"pages of {setup.origin} may send")
    return failed(
        "CORS",
        f"pages of {setup.origin} may not send: {response.status_code} {refusal_text(response)}",
        "add the origin to cors_allowed_origins, or to allowed_origins of the page's key",
    )
