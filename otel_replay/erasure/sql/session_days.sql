-- The days on which the sessions may have begun, or their payload been written, by what any row says.
SELECT SessionId, toString(toDate(day)) AS Day
FROM
(
    SELECT SessionId, StartTime AS day FROM sessions WHERE SessionId IN (SELECT Id FROM erasing WHERE Run = {run:String} AND Kind = 'session')
    UNION DISTINCT
    SELECT SessionId, StartTime AS day FROM replay_chunks WHERE SessionId IN (SELECT Id FROM erasing WHERE Run = {run:String} AND Kind = 'session')
    UNION DISTINCT
    SELECT SessionId, ReceivedAt AS day FROM replay_chunks WHERE SessionId IN (SELECT Id FROM erasing WHERE Run = {run:String} AND Kind = 'session')
)
GROUP BY SessionId, Day
ORDER BY SessionId, Day
