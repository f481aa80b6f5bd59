-- Traces that belong to none but erased sessions.
INSERT INTO erasing (Run, Kind, Id)
SELECT {run:String}, 'trace', TraceId
FROM trace_sessions
WHERE TraceId IN (SELECT TraceId FROM session_traces WHERE SessionId IN (SELECT Id FROM erasing WHERE Run = {run:String} AND Kind = 'session'))
GROUP BY TraceId
HAVING countIf(SessionId NOT IN (SELECT Id FROM erasing WHERE Run = {run:String} AND Kind = 'session') AND SessionId NOT IN (SELECT SessionId FROM erased_sessions)) = 0
