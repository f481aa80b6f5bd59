SELECT SessionId, toUnixTimestamp64Milli(max(at)) AS touched_ms
FROM
(
    SELECT SessionId, TouchedAt AS at
    FROM session_touched
    WHERE TouchedAt >= fromUnixTimestamp64Milli({since_ms:Int64})
    UNION ALL
    SELECT SessionId, news.at AS at
    FROM trace_sessions
    INNER JOIN
    (
        SELECT TraceId, max(TouchedAt) AS at
        FROM trace_touched
        WHERE TouchedAt >= fromUnixTimestamp64Milli({since_ms:Int64})
        GROUP BY TraceId
    ) AS news USING (TraceId)
    WHERE TraceId IN (SELECT TraceId FROM trace_touched WHERE TouchedAt >= fromUnixTimestamp64Milli({since_ms:Int64}))
)
GROUP BY SessionId
