-- Sessions that something came in for at {since_ms} (ClickHouse's clock) or later, the longest waiting first.
{{touched}}
ORDER BY touched_ms
