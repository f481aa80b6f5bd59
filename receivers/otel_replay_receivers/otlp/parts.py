"""Bounds what parsing a request takes, before it is parsed.

The protobuf runtime takes about 130 bytes for each message in a message, of which 2 bytes on the
wire can be one: a body of 64 MiB, or 64 kB as gzip, would fill 4 GB. So a big request is parsed in
slices of a few MiB, each a valid request of its own, once it is known that they are not too dense.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from google.protobuf.descriptor import Descriptor

from otel_replay.errors import InvalidDataError
from otel_replay_receivers.otlp import holders
from otel_replay_receivers.otlp.density import Density
from otel_replay_receivers.otlp.wire import LENGTH, field, fields, head

if TYPE_CHECKING:
    from otel_replay_receivers.otlp.signals import Signal

SLICE_BYTES = 4 * 1024 * 1024
MAX_RECORDS = 2_000_000
"""Records in one request. Storage has a limit for the bytes of their rows, too."""
MAX_ATTRIBUTES = 100_000
"""Attributes of one span, log record, point, event or the like, and of one resource or scope."""
MAX_FIELDS = 2_000_000
"""Fields of all records together that are big enough to have too many attributes."""
MAX_SENDERS = 100_000
"""Resources and scopes in one request."""
MAX_REPEATED_BYTES = 512 * 1024 * 1024
"""What resources and scopes may take up, once for each of their slices."""
# In a request, a resource and a scope alike: 1 is who sent it, 2 is what it holds.
_RESOURCES_TAG = 1 << 3 | LENGTH
_HELD_TAG = 2 << 3 | LENGTH
# With no more bytes than this, nothing has too many attributes.
_BIG_RECORD = MAX_ATTRIBUTES * 2


def slices(signal: Signal, data: bytes) -> Iterator[bytes]:
    """The request as one or more requests that are cheap to parse, in order.

    Raises InvalidDataError when the request has too many parts of a kind, which it names.
    """
    if not _is_suspicious(signal, data):
        yield data
        return
    requests = _Cut(signal, data).runs()
    if len(data) > SLICE_BYTES:
        density = Density(signal.request.DESCRIPTOR)
        for part in _joined(requests):
            density.check(part)
            yield part
        return
    for _ in requests:
        pass  # It is all counted then, and small enough as it is.
    yield data


def _is_suspicious(signal: Signal, data: bytes) -> bool:
    """Whether the request is big, or may have a record with too many attributes."""
    if len(data) <= _BIG_RECORD:
        return False
    if len(data) > SLICE_BYTES:
        return True
    tags = holders.attribute_tags(signal.record)
    return len(data) - len(data.translate(None, tags)) > MAX_ATTRIBUTES


def _joined(requests: Iterator[bytes]) -> Iterator[bytes]:
    """Requests joined with their neighbours up to the size of a slice."""
    waiting: list[bytes] = []
    size = 0
    for request in requests:
        if waiting and size + len(request) > SLICE_BYTES:
            yield b"".join(waiting)
            waiting, size = [], 0
        waiting.append(request)
        size += len(request)
    yield b"".join(waiting)


def check_senders(number: int) -> None:
    """Raises InvalidDataError when a request has more resources and scopes than one may have."""
    if number > MAX_SENDERS:
        raise InvalidDataError(
            f"the request has over {MAX_SENDERS} resources and scopes: send fewer in one",
            "too_many_parts",
        )


class _Cut:
    """A request that is cut into requests, and what was counted on the way."""

    def __init__(self, signal: Signal, data: bytes) -> None:
        self._signal = signal
        self._data = data
        self._senders = self._records = self._fields = self._repeated = 0

    def runs(self) -> Iterator[bytes]:
        """A request for each run of records of one scope, none bigger than a slice if it can be."""
        for tag, begin, value, end in fields(self._data, 0, len(self._data)):
            self._count_sender()
            if tag == _RESOURCES_TAG:
                yield from self._resource(value, end)
            else:
                yield self._data[begin:end]

    def _resource(self, start: int, end: int) -> Iterator[bytes]:
        own, scopes = [], []
        for tag, begin, value, stop in fields(self._data, start, end):
            self._count_sender()
            if tag == _HELD_TAG:
                scopes.append((value, stop))
            else:
                own.append(self._data[begin:stop])
        header = b"".join(own)
        if not scopes:
            yield field(_RESOURCES_TAG, header)
        for scope in scopes:
            for scope_header, first, last in self._scope(*scope):
                self._count_repeated(len(header) + len(scope_header))
                size = len(scope_header) + last - first
                scope_head = head(_HELD_TAG, size)
                # Joined at once: a run may be all of a request, and is copied but once.
                yield b"".join(
                    (
                        head(_RESOURCES_TAG, len(header) + len(scope_head) + size),
                        *(header, scope_head, scope_header, memoryview(self._data)[first:last]),
                    )
                )

    def _scope(self, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
        """What the scope says of itself, with the place of each run of its records."""
        own, runs = [], []
        run = start
        for tag, begin, value, stop in fields(self._data, start, end):
            if tag != _HELD_TAG:
                self._count_sender()
                own.append(self._data[begin:stop])
                runs.append((run, begin))
                run = stop
                continue
            self._records += 1
            if stop - value > _BIG_RECORD:
                self._check_attributes(self._signal.record, value, stop)
            if stop - run > SLICE_BYTES:
                runs.append((run, begin))
                run = begin
            if self._records > MAX_RECORDS:
                raise InvalidDataError(
                    f"the request has over {MAX_RECORDS} {self._signal.levels[2]}: send fewer in"
                    " one",
                    "too_many_parts",
                )
        header = b"".join(own)
        runs = [(first, last) for first, last in (*runs, (run, end)) if first < last]
        for first, last in runs or [(end, end)]:
            yield header, first, last

    def _count_repeated(self, size: int) -> None:
        self._repeated += size
        if self._repeated > MAX_REPEATED_BYTES:
            raise InvalidDataError(
                f"resources and scopes take {self._repeated >> 20} MiB, once for each run of"
                f" records: at most {MAX_REPEATED_BYTES >> 20} MiB are taken",
                "too_many_parts",
            )

    def _count_sender(self) -> None:
        self._senders += 1
        check_senders(self._senders)

    def _check_attributes(self, message: Descriptor, start: int, end: int) -> None:
        """Counts attributes in a message and those in it that are big enough to have too many."""
        attribute_tag, holding = holders.tags(message)
        count = 0
        for tag, _, value, stop in fields(self._data, start, end):
            count += tag == attribute_tag
            if count > MAX_ATTRIBUTES:
                raise InvalidDataError(
                    f"a {message.name} has over {MAX_ATTRIBUTES} attributes, which is the limit:"
                    " see what adds so many",
                    "too_many_parts",
                )
            self._fields += 1
            if self._fields > MAX_FIELDS:
                raise InvalidDataError(
                    f"the request has {message.name} messages with over {MAX_FIELDS} parts in all:"
                    " send fewer in one",
                    "too_many_parts",
                )
            if tag in holding and stop - value > _BIG_RECORD:
                self._check_attributes(holding[tag], value, stop)
