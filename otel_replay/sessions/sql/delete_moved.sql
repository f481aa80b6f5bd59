-- A session whose first record turned out to lie on another day has a row on either: the older one goes.
INSERT INTO sessions (SessionId, StartTime, EndTime, State, LastSeen, FinishAt, Version, IsDeleted)
SELECT SessionId, StartTime, EndTime, State, LastSeen, FinishAt, newest, 1
FROM
(
    SELECT SessionId, StartTime, EndTime, State, LastSeen, FinishAt, Version, max(Version) OVER (PARTITION BY SessionId) AS newest
    FROM sessions FINAL
    PREWHERE SessionId IN {ids:Array(String)}
)
WHERE Version < newest
