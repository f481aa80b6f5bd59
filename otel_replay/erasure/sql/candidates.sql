-- Sessions whose time for a kind of data is over since it was last looked, or that were computed anew since.
SELECT SessionId
FROM sessions FINAL
WHERE {{counts_from}} < fromUnixTimestamp64Milli({cutoff_ms:Int64})
    AND ({{counts_from}} >= fromUnixTimestamp64Milli({from_ms:Int64}) OR Version > {version:UInt64})
