SELECT "TraceId" as traceID, "ServiceName" as serviceName, "SpanName" as operationName, "Timestamp" as startTime, multiply("Duration", 0.000001) as duration
FROM "default_db"."otel_traces"
WHERE ( Timestamp >= fromUnixTimestamp64Milli(1767225600000) AND Timestamp <= fromUnixTimestamp64Milli(1767484800000) )
    AND ( ParentSpanId = '' ) AND ( Duration > 0 )
ORDER BY Timestamp DESC, Duration DESC LIMIT 1000
