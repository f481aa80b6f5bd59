INSERT INTO work_claims (Kind, Key, Worker, ClaimedAt, ExpiresAt, Version)
SELECT {kind:String}, Key, {worker:String}, now64(6), now64(3) + toIntervalMillisecond({lease_ms:UInt32}), toUnixTimestamp64Micro(now64(6))
FROM (SELECT arrayJoin({keys:Array(String)}) AS Key)
