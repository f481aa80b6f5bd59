"""``otel-replay erase`` asks before it erases, and prints what went."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import requests

from tests.support.otlp import SESSION_ID, chunk_record, logs_request
from tests.support.process import Up, wait_for


def test_whoever_erases_is_shown_what_goes_and_has_to_say_yes(tmp_path: Path) -> None:
    with Up(tmp_path / "data") as up:
        body = logs_request([chunk_record(0)], scope_name="otel_replay.recorder")
        headers = {"content-type": "application/x-protobuf"}
        url = f"{up.addresses['otlp_http']}/v1/logs"
        assert requests.post(url, body.SerializeToString(), headers=headers).status_code == 200
        session = f"{up.addresses['ui']}/api/v1/sessions/{SESSION_ID}"
        wait_for("the session", lambda: requests.get(session).status_code == 200)

        code, printed = erase(up, answer=b"n\n")
        assert (code, requests.get(session).status_code) == (1, 200)
        assert "would be erased" in printed
        assert "Erase this for good? [y/N]" in printed
        assert "nothing was erased" in printed

        code, printed = erase(up, answer=b"y\n")
        assert (code, requests.get(session).status_code) == (0, 404)
        assert f"chunks of recordings{1:>27}" in printed
        code, printed = erase(up, answer=None)
        assert code == 2
        assert "nobody is there to say yes: add --yes" in printed


def erase(up: Up, answer: bytes | None) -> tuple[int, str]:
    """The exit code and what was printed; at a terminal, unless there is no `answer`."""
    command = [sys.executable, "-m", "otel_replay", "erase", "--session", SESSION_ID]
    command += ["--data", str(up.data)]
    ours, theirs = pty.openpty()
    if answer is not None:
        os.write(ours, answer)
    result = subprocess.run(
        command,
        stdin=subprocess.DEVNULL if answer is None else theirs,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    os.close(ours)
    os.close(theirs)
    return result.returncode, result.stdout + result.stderr
