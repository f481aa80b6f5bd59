"""What ClickHouse makes of the export requests of each signal."""

from __future__ import annotations

from otel_replay.telemetry import SignalName
from otel_replay_exporters.clickhouse.extraction import Signal
from otel_replay_exporters.clickhouse.logs import LOGS
from otel_replay_exporters.clickhouse.metrics import METRICS
from otel_replay_exporters.clickhouse.traces import TRACES

SIGNALS: dict[SignalName, Signal] = {signal.name: signal for signal in (TRACES, LOGS, METRICS)}
