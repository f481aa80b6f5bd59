SELECT
    SpanId, ParentSpanId, SpanName, SpanKind, ServiceName, ScopeName,
    toUnixTimestamp64Nano(Timestamp) AS start_ns, Duration AS duration_ns,
    StatusCode, StatusMessage, SessionId, SpanAttributes, ResourceAttributes,
    arrayMap(t -> toUnixTimestamp64Nano(t), Events.Timestamp) AS event_times,
    Events.Name AS event_names, Events.Attributes AS event_attributes,
    Links.TraceId AS link_traces, Links.SpanId AS link_spans, Links.Attributes AS link_attributes
FROM otel_traces
WHERE TraceId = {id:String}
    AND Timestamp BETWEEN fromUnixTimestamp64Nano({from_ns:Int64}) AND fromUnixTimestamp64Nano({to_ns:Int64})
ORDER BY Timestamp, SpanId
-- A redelivered span is there twice.
LIMIT 1 BY SpanId, ServiceName, SpanName, SpanKind, Timestamp
LIMIT {limit:UInt32}
