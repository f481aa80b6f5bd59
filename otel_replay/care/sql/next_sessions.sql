-- The next ids of sessions in their order, wherever they are known.
SELECT SessionId
FROM
(
    (SELECT SessionId FROM replay_chunks WHERE SessionId > {after:String} GROUP BY SessionId ORDER BY SessionId LIMIT {limit:UInt32})
    UNION ALL
    (SELECT SessionId FROM session_events WHERE SessionId > {after:String} GROUP BY SessionId ORDER BY SessionId LIMIT {limit:UInt32})
    UNION ALL
    (SELECT SessionId FROM session_traces WHERE SessionId > {after:String} GROUP BY SessionId ORDER BY SessionId LIMIT {limit:UInt32})
    UNION ALL
    (SELECT SessionId FROM sessions FINAL WHERE SessionId > {after:String} GROUP BY SessionId ORDER BY SessionId LIMIT {limit:UInt32})
)
GROUP BY SessionId
ORDER BY SessionId
LIMIT {limit:UInt32}
