"""What HTTP servers of the tests have in common."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler
from typing import Any


class Handler(BaseHTTPRequestHandler):
    """Keeps connections, answers at once, and says nothing: the tests say what went wrong."""

    protocol_version = "HTTP/1.1"
    # Head and body go out apart: the second would wait 40 ms for the answer to the first.
    disable_nagle_algorithm = True

    def read_body(self) -> bytes:
        """The body of the request, of known length or in chunks."""
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""
