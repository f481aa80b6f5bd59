-- What passed_spans_mv passes on of rows that come in.
INSERT INTO passed_spans (SessionId, Timestamp, TraceId, SpanId, ParentSpanId, SpanName, SpanKind, ServiceName, ScopeName, Duration, StatusCode, SpanAttributes, ResourceAttributes, Events.Timestamp, Events.Name, Events.Attributes)
SELECT SessionId, Timestamp, TraceId, SpanId, ParentSpanId, SpanName, SpanKind, ServiceName, ScopeName, Duration, StatusCode, SpanAttributes, ResourceAttributes, Events.Timestamp, Events.Name, Events.Attributes
FROM otel_traces
WHERE Timestamp >= fromUnixTimestamp64Nano({from_ns:Int64}) AND Timestamp < fromUnixTimestamp64Nano({to_ns:Int64})
    AND cityHash64(TraceId, SpanId, Timestamp) % {slices:UInt32} = {slice:UInt32}
    AND (SessionId != '' OR has(Events.Name, 'exception'))
