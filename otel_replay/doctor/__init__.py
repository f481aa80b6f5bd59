"""``otel-replay doctor``: checks a running setup from end to end, as senders and readers see it.

It sends a span, a log record, a metric point and a replay chunk over both transports, waits until
they can be read, and says of everything that does not work what to do. What it sends is marked:
its service is called ``otel-replay-doctor``.
"""
