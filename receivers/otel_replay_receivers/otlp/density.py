"""Refuses what holds far more messages than its size lets expect.

Ordinary requests have a message for each 12 bytes or so, a bomb one for each 2.
"""

from __future__ import annotations

from google.protobuf.descriptor import Descriptor

from otel_replay.errors import InvalidDataError
from otel_replay_receivers.otlp import holders
from otel_replay_receivers.otlp.wire import fields

MIN_BYTES = 8
"""Bytes that there must be for each message, where there are more than FEW_MESSAGES."""
FEW_MESSAGES = 1_000_000
MANY_MESSAGES = 4_000_000
"""So many are too many however big the whole is."""
_MAX_FIELDS = 4_000_000
# The protobuf runtime refuses what is nested deeper.
_MAX_DEPTH = 100


class Density:
    """Counts messages in the slices of one request."""

    def __init__(self, request: Descriptor) -> None:
        self._request = request
        self._fields_left = _MAX_FIELDS
        self._messages_left = 0

    def check(self, data: bytes) -> None:
        """Raises InvalidDataError when the slice has too many messages to be parsed.

        Each begins with a tag, so there are no more than bytes that may be one: these are counted
        in C, and what they are only where they are too many.
        """
        limit = min(max(FEW_MESSAGES, len(data) // MIN_BYTES), MANY_MESSAGES)
        if len(data) - len(data.translate(None, holders.message_tags(self._request))) <= limit:
            return
        self._messages_left = limit
        self._walk(self._request, data, (0, len(data)), 0)

    def _walk(self, message: Descriptor, data: bytes, where: tuple[int, int], depth: int) -> None:
        inner = holders.messages(message)
        for tag, _, value, stop in fields(data, *where):
            self._fields_left -= 1
            if tag in inner:
                self._messages_left -= 1
                if value < stop and depth < _MAX_DEPTH:
                    self._walk(inner[tag], data, (value, stop), depth + 1)
            if self._messages_left < 0 or self._fields_left < 0:
                raise InvalidDataError(
                    f"the request has too many parts for its size, in a {message.name} at last:"
                    f" expected one for each {MIN_BYTES} bytes",
                    "too_many_parts",
                )
