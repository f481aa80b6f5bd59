"""A key's daily budget, as its sender meets it."""

from __future__ import annotations

from pathlib import Path

import requests

from tests.support.otlp import span, traces_request
from tests.support.process import Up

CONFIG = """
[[projects.otel.keys]]
key = "budget-key-1"
bytes_per_day = 1000

[[projects.otel.keys]]
key = "other-key-22"
"""


def send(up: Up, key: str) -> requests.Response:
    data = traces_request([span(name="x" * 600)]).SerializeToString()
    headers = {"Content-Type": "application/x-protobuf", "Authorization": f"Bearer {key}"}
    return requests.post(
        f"{up.addresses['otlp_http']}/v1/traces", data, headers=headers, timeout=60
    )


def test_a_budget_that_is_used_up_stays_so_over_a_restart(tmp_path: Path) -> None:
    config = tmp_path / "otel-replay.toml"
    config.write_text(CONFIG)
    with Up(tmp_path / "data", "--config", str(config)) as up:
        assert send(up, "budget-key-1").status_code == 200
        refused = send(up, "budget-key-1")
        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) > 0
        up.terminate()
        up.start()
        assert send(up, "budget-key-1").status_code == 429
        assert send(up, "other-key-22").status_code == 200
