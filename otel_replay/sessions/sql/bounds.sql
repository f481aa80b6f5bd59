SELECT toUnixTimestamp64Milli(min(StartTime)) AS first_ms, toUnixTimestamp64Milli(max(StartTime)) AS last_ms
FROM sessions
WHERE StartTime >= fromUnixTimestamp64Milli({from_ms:Int64}) AND StartTime < fromUnixTimestamp64Milli({to_ms:Int64})
