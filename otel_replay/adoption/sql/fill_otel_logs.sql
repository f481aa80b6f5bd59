-- What session_logs_mv passes on of rows that come in.
INSERT INTO session_logs (SessionId, Timestamp, ObservedTimestamp, TraceId, SpanId, SeverityNumber, ServiceName, Body, ScopeName, EventName, LogAttributes, ResourceAttributes)
SELECT SessionId, Timestamp, ObservedTimestamp, TraceId, SpanId, SeverityNumber, ServiceName, Body, ScopeName, EventName, LogAttributes, ResourceAttributes
FROM otel_logs
WHERE Timestamp >= fromUnixTimestamp64Nano({from_ns:Int64}) AND Timestamp < fromUnixTimestamp64Nano({to_ns:Int64})
    AND cityHash64(TraceId, SpanId, Timestamp) % {slices:UInt32} = {slice:UInt32}
    AND (SessionId != '' OR endsWith(EventName, 'exception') OR endsWith(LogAttributes['event.name'], 'exception'))
