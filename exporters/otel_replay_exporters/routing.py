"""Hands each request to the storage of its project."""

from __future__ import annotations

from collections.abc import Mapping

from otel_replay.telemetry import Consumer, ExportRequest


class ProjectRouter:
    """An `otel_replay.telemetry.Consumer` over one consumer per project."""

    def __init__(self, consumers: Mapping[str, Consumer]) -> None:
        """`consumers` by project name, the default project's first."""
        self._consumers = dict(consumers)
        self._default = next(iter(self._consumers))

    async def __call__(self, request: ExportRequest) -> None:
        await self._consumers[request.project or self._default](request)
