-- Traces that were erased lately and of which something came since: services send without knowing of sessions. One that a
-- session joined since is that session's.
INSERT INTO erasing (Run, Kind, Id)
SELECT DISTINCT {run:String}, 'trace', TraceId
FROM
(
    SELECT TraceId FROM otel_traces_trace_id_ts WHERE TraceId IN (SELECT TraceId FROM erased_traces WHERE ErasedAt > now64(3) - INTERVAL 3 DAY)
    UNION ALL
    SELECT TraceId FROM otel_logs WHERE TraceId IN (SELECT TraceId FROM erased_traces WHERE ErasedAt > now64(3) - INTERVAL 3 DAY)
    UNION ALL
    SELECT TraceId FROM trace_exceptions WHERE TraceId IN (SELECT TraceId FROM erased_traces WHERE ErasedAt > now64(3) - INTERVAL 3 DAY)
)
WHERE TraceId NOT IN (SELECT TraceId FROM trace_sessions WHERE SessionId NOT IN (SELECT SessionId FROM erased_sessions))
