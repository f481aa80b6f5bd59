-- When a trace happened, in seconds; found by primary key, or for a trace of nothing but log records through their index.
SELECT toUnixTimestamp(min(first)) AS start_s, toUnixTimestamp(max(last)) AS end_s, sum(found) AS found
FROM
(
    SELECT min(Start) AS first, max(End) AS last, count() AS found
    FROM otel_traces_trace_id_ts
    WHERE TraceId = {id:String}
    HAVING found > 0
    UNION ALL
    SELECT toDateTime(min(Start)) AS first, toDateTime(max(End)) AS last, count() AS found
    FROM trace_sessions
    WHERE TraceId = {id:String}
    HAVING found > 0
)
