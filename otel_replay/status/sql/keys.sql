-- Each key since midnight UTC.
SELECT
    Key AS key,
    toUnixTimestamp64Milli(max(LastAt)) AS last_ms,
    sumIf(Requests, Outcome = 'accepted') AS requests,
    sumIf(Bytes, Outcome = 'accepted') AS bytes,
    sumIf(Requests, Outcome != 'accepted') AS refused
FROM ingest_usage
WHERE Minute >= toDateTime({midnight_s:UInt32}, 'UTC') AND Key != ''
GROUP BY Key
ORDER BY bytes DESC, key
LIMIT 100
