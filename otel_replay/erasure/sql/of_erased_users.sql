-- Which of these sessions name a user that was erased, and when that was.
SELECT SessionId, toUnixTimestamp64Milli(max(ErasedAt)) AS erased_ms
FROM
(
    SELECT DISTINCT SessionId, lower(hex(SHA256(concat({salt:String}, UserId)))) AS UserHash
    FROM
    (
        SELECT SessionId, UserId FROM session_events WHERE SessionId IN {ids:Array(String)} AND UserId != ''
        UNION ALL
        SELECT SessionId, UserId FROM replay_chunks WHERE SessionId IN {ids:Array(String)} AND UserId != ''
    )
) AS named
INNER JOIN erased_users USING (UserHash)
GROUP BY SessionId
