SELECT Timestamp as "timestamp", Body as "body", SeverityText as "level", LogAttributes as "labels", TraceId as "traceID"
FROM "default_db"."otel_logs"
WHERE ( timestamp >= fromUnixTimestamp64Milli(1767225600000) AND timestamp <= fromUnixTimestamp64Milli(1767484800000) )
    AND ( body LIKE '%declined%' ) AND ( level IN ('ERROR', 'FATAL') )
ORDER BY timestamp DESC LIMIT 1000
