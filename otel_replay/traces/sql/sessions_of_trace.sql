SELECT SessionId, max(Tab) AS tab, toUnixTimestamp64Nano(min(Start)) AS start_ns
FROM trace_sessions
WHERE TraceId = {id:String}
GROUP BY SessionId
ORDER BY start_ns, SessionId
LIMIT {limit:UInt32}
