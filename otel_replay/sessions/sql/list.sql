{{row_columns}}
FROM sessions FINAL
WHERE StartTime >= fromUnixTimestamp64Milli({from_ms:Int64})
    AND StartTime < fromUnixTimestamp64Milli({to_ms:Int64})
    AND (toUnixTimestamp64Milli(StartTime), SessionId) < ({cursor_ms:Int64}, {cursor_id:String})
    AND /* conditions */ 1
ORDER BY StartTime DESC, SessionId DESC
LIMIT {limit:UInt32}
