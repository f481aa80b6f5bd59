"""The demo shop: two small services, instrumented the way any service would be.

``checkout`` is the shop that people see, ``inventory`` knows products, prices, coupons and stock.
Nothing in them but one script tag knows of otel-replay; the rest is plain OpenTelemetry.
"""

from otel_replay.demo.runner import Demo, run_demo, start_demo

__all__ = ["Demo", "run_demo", "start_demo"]
