-- What was accepted: when last, and since midnight UTC.
SELECT
    Signal AS signal,
    toUnixTimestamp64Milli(max(LastAt)) AS last_ms,
    sumIf(Requests, Minute >= toDateTime({midnight_s:UInt32}, 'UTC')) AS requests,
    sumIf(Records, Minute >= toDateTime({midnight_s:UInt32}, 'UTC')) AS records,
    sumIf(Bytes, Minute >= toDateTime({midnight_s:UInt32}, 'UTC')) AS bytes
FROM ingest_usage
WHERE Outcome = 'accepted'
GROUP BY Signal
