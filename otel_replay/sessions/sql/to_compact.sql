-- Sessions that have been finished for a while and still have chunks in packs, the longest waiting first.
SELECT SessionId, toUnixTimestamp64Milli(StartTime) AS start_ms, count() OVER () AS waiting
FROM sessions FINAL
WHERE State = 'finished' AND LooseChunks > 0 AND FinishAt <= fromUnixTimestamp64Milli({finished_by_ms:Int64})
ORDER BY FinishAt
LIMIT {limit:UInt32}
