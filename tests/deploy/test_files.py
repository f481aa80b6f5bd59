"""The files of deploy/ fit the program they deploy."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

from otel_replay.cli import _parser
from otel_replay.config import Settings
from otel_replay.storage.blobs import s3
from tests.docs.test_blocks import yaml_keys

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


def test_the_collector_sends_where_the_receiver_listens() -> None:
    text = (DEPLOY / "collector" / "config.yaml").read_text(encoding="utf-8")
    plain = re.sub(r"(?m)^\s*#.*\n", "", text)
    keys = {path[:2] for path, _ in yaml_keys(plain)}
    assert ("exporters", "otlp/otel-replay") in keys
    assert f"endpoint: {Settings().otlp_grpc}" in text
    used = set(re.findall(r"[\w/-]+", " ".join(re.findall(r"exporters: \[(.*?)\]", text))))
    defined = {path[1] for path in keys if path[0] == "exporters" and len(path) > 1}
    assert used == defined


def test_the_unit_starts_a_command_that_exists() -> None:
    unit = (DEPLOY / "systemd" / "otel-replay.service").read_text(encoding="utf-8")
    (command,) = re.findall(r"^ExecStart=(.+)$", unit, re.M)
    program, *arguments = shlex.split(command)
    assert program.endswith("/bin/otel-replay")
    assert _parser().parse_args(arguments).data == "/var/lib/otel-replay"


def test_every_file_is_in_the_table() -> None:
    table = (DEPLOY / "README.md").read_text(encoding="utf-8")
    files = [p for p in DEPLOY.rglob("*") if p.is_file() and p.name != "README.md"]
    for file in files:
        assert f"({file.relative_to(DEPLOY).as_posix()})" in table


def test_the_rights_on_a_bucket_are_those_that_the_code_uses() -> None:
    policy = json.loads((DEPLOY / "s3" / "policy.json").read_text(encoding="utf-8"))
    granted = {action for statement in policy["Statement"] for action in statement["Action"]}
    code = Path(s3.__file__).read_text(encoding="utf-8")
    # What aborts an upload stands nowhere as a right: it is never refused by itself.
    assert granted == set(re.findall(r"s3:[A-Z]\w+", code)) | {"s3:AbortMultipartUpload"}
    described = (ROOT / "docs" / "reference" / "s3.md").read_text(encoding="utf-8")
    assert all(f"`{action}`" in described for action in granted)


def test_the_rules_of_a_bucket_are_rules() -> None:
    rules = json.loads((DEPLOY / "s3" / "lifecycle.json").read_text(encoding="utf-8"))["Rules"]
    (rule,) = rules
    assert rule["Status"] == "Enabled"
    assert rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"] == 1
