SELECT toUnixTimestamp(min(Timestamp)) AS start_s, toUnixTimestamp(max(Timestamp)) AS end_s, count() AS found
FROM otel_logs
WHERE TraceId = {id:String}
