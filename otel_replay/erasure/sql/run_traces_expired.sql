-- Traces that belong to none but sessions whose time is over.
INSERT INTO erasing (Run, Kind, Id)
SELECT {run:String}, 'trace', TraceId
FROM trace_sessions
WHERE TraceId IN (SELECT TraceId FROM session_traces WHERE SessionId IN (SELECT Id FROM erasing WHERE Run = {run:String} AND Kind = 'session'))
GROUP BY TraceId
HAVING countIf(SessionId NOT IN (SELECT Id FROM erasing WHERE Run = {run:String} AND Kind = 'session') AND SessionId IN (SELECT SessionId FROM sessions FINAL WHERE {{counts_from}} >= fromUnixTimestamp64Milli({cutoff_ms:Int64}))) = 0
