SELECT SessionId FROM sessions FINAL WHERE StartTime < fromUnixTimestamp64Milli({before_ms:Int64})
