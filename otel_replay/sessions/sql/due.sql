SELECT SessionId
FROM sessions FINAL
WHERE State = 'live' AND FinishAt <= fromUnixTimestamp64Milli({now_ms:Int64})
ORDER BY FinishAt
LIMIT {limit:UInt32}
