-- Sessions whose time for a kind of data is over since it was last looked, or that were computed anew since.
SELECT SessionId
FROM sessions FINAL
WHERE StartTime < fromUnixTimestamp64Milli({cutoff_ms:Int64})
    AND (StartTime >= fromUnixTimestamp64Milli({from_ms:Int64}) OR Version > {version:UInt64})
