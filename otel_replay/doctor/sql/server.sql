SELECT version() AS version, toUnixTimestamp64Micro(now64(6)) AS now_us
