"""otel-replay: session replay for OpenTelemetry."""

__version__ = "0.1.0"
