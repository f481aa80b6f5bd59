-- Takes the sessions out of every list at once; their rows go for good as the last step.
INSERT INTO sessions (SessionId, StartTime, EndTime, State, LastSeen, FinishAt, Version, IsDeleted)
SELECT SessionId, StartTime, EndTime, State, LastSeen, FinishAt, greatest(Version + 1, toUnixTimestamp64Micro(now64(6))), 1
FROM sessions FINAL
WHERE SessionId IN (SELECT Id FROM erasing WHERE Run = {run:String} AND Kind = 'session')
