-- To {lease_ms} from now; 0 gives the claims up.
INSERT INTO work_claims (Kind, Key, Worker, ClaimedAt, ExpiresAt, Version)
SELECT Kind, Key, Worker, ClaimedAt, now64(3) + toIntervalMillisecond({lease_ms:UInt32}), greatest(Version + 1, toUnixTimestamp64Micro(now64(6)))
FROM work_claims FINAL
WHERE Kind = {kind:String} AND Worker = {worker:String} AND Key IN {keys:Array(String)} AND ExpiresAt > now64(3)
