SELECT SessionId, toUnixTimestamp64Milli(max(TouchedAt)) AS touched_ms
FROM
(
    SELECT SessionId, TouchedAt
    FROM session_touched
    WHERE TouchedAt >= fromUnixTimestamp64Milli({since_ms:Int64})
    UNION ALL
    SELECT SessionId, TouchedAt
    FROM trace_sessions
    INNER JOIN
    (
        SELECT TraceId, max(TouchedAt) AS TouchedAt
        FROM trace_touched
        WHERE TouchedAt >= fromUnixTimestamp64Milli({since_ms:Int64})
        GROUP BY TraceId
    ) AS news USING (TraceId)
    WHERE TraceId IN (SELECT TraceId FROM trace_touched WHERE TouchedAt >= fromUnixTimestamp64Milli({since_ms:Int64}))
)
GROUP BY SessionId
