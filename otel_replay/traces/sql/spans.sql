WITH
    {{our_clock}}
SELECT
    SpanId, ParentSpanId, SpanName, SpanKind, ServiceName, ScopeName,
    clock_error_ns(from_browser(ScopeName, ResourceAttributes), SessionId, SpanAttributes['session.replay.tab']) AS error_ns,
    our_ns(Timestamp, error_ns) AS start_ns, Duration AS duration_ns,
    StatusCode, StatusMessage, SessionId, SpanAttributes, ResourceAttributes,
    arrayMap(t -> our_ns(t, error_ns), Events.Timestamp) AS event_times,
    Events.Name AS event_names, Events.Attributes AS event_attributes,
    Links.TraceId AS link_traces, Links.SpanId AS link_spans, Links.Attributes AS link_attributes
FROM otel_traces
WHERE TraceId = {id:String}
    AND Timestamp BETWEEN fromUnixTimestamp64Nano({from_ns:Int64}) AND fromUnixTimestamp64Nano({to_ns:Int64})
ORDER BY start_ns, SpanId
-- A redelivered span is there twice.
LIMIT 1 BY SpanId, ServiceName, SpanName, SpanKind, Timestamp
LIMIT {limit:UInt32}
