-- When the user was erased last, ms since the epoch; no row for one who was not.
SELECT toUnixTimestamp64Milli(max(ErasedAt)) AS erased_ms
FROM erased_users
WHERE UserHash = {user_hash:String}
HAVING count() > 0
