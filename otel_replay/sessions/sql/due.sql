SELECT SessionId
FROM sessions FINAL
WHERE State = 'live' AND FinishAt <= fromUnixTimestamp64Milli({now_ms:Int64})
    -- No live session began longer ago than this, however late its records come in.
    AND StartTime >= fromUnixTimestamp64Milli({now_ms:Int64}) - INTERVAL 30 DAY
ORDER BY FinishAt
LIMIT {limit:UInt32}
