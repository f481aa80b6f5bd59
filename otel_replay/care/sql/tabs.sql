SELECT uniqExact(SessionId, Tab) AS tabs
FROM replay_chunks
WHERE SessionId IN {ids:Array(String)}
