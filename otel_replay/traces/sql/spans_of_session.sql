-- Spans of the session's traces that were under way between two times, by start. A span that lasts may have begun long before,
-- so all of the traces' spans are looked at that began in time.
WITH
    {{our_clock}},
    traces AS
    (
        SELECT TraceId, min(Start) AS first
        FROM session_traces
        WHERE SessionId = {id:String}
        GROUP BY TraceId
        HAVING first <= fromUnixTimestamp64Nano({to_ns:Int64}) + toIntervalMillisecond({ahead_ms:Int64})
    ),
    (SELECT min(first) FROM traces) AS earliest
SELECT
    TraceId AS trace_id, SpanId AS span_id, ParentSpanId AS parent_span_id, SpanName AS name, SpanKind AS kind,
    ServiceName AS service, StatusCode AS status, Duration AS duration_ns,
    our_ns(Timestamp, clock_error_ns(from_browser(ScopeName, ResourceAttributes), SessionId, SpanAttributes['session.replay.tab'])) AS start_ns
FROM otel_traces
WHERE TraceId IN (SELECT TraceId FROM traces)
    AND Timestamp BETWEEN earliest - toIntervalMillisecond({ahead_ms:Int64}) - INTERVAL 1 HOUR AND fromUnixTimestamp64Nano({to_ns:Int64}) + toIntervalMillisecond({ahead_ms:Int64})
    AND start_ns <= {to_ns:Int64} AND start_ns + toInt64(least(Duration, 86400000000000)) >= {from_ns:Int64}
ORDER BY start_ns, SpanId
LIMIT 1 BY TraceId, SpanId, ServiceName, SpanName
LIMIT {limit:UInt32}
