-- Sessions that have been finished for a while and still have chunks in packs, the longest waiting first. What another worker is at,
-- or was when it was killed, is in nobody's way.
SELECT SessionId, toUnixTimestamp64Milli(StartTime) AS start_ms, count() OVER () AS waiting
FROM sessions FINAL
WHERE State = 'finished' AND LooseChunks > 0 AND FinishAt <= fromUnixTimestamp64Milli({finished_by_ms:Int64})
    AND SessionId NOT IN (SELECT Key FROM work_claims FINAL WHERE Kind = 'compact' AND Worker != {worker:String} AND ExpiresAt > now64(3))
ORDER BY FinishAt
LIMIT {limit:UInt32}
