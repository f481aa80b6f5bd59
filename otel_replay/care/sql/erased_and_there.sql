-- Sessions that have a tombstone and rows all the same.
SELECT DISTINCT SessionId
FROM erased_sessions
WHERE SessionId IN (SELECT SessionId FROM replay_chunks)
    OR SessionId IN (SELECT SessionId FROM session_events)
    OR SessionId IN (SELECT SessionId FROM session_traces)
    OR SessionId IN (SELECT SessionId FROM sessions)
    OR SessionId IN (SELECT SessionId FROM otel_logs WHERE SessionId != '')
    OR SessionId IN (SELECT SessionId FROM otel_traces WHERE SessionId != '')
ORDER BY SessionId
