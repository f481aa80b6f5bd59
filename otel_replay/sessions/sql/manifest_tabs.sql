-- What the light events know of each tab. Drops are what the recorder itself says that it left out.
SELECT
    Tab,
    toUnixTimestamp64Milli(min(Timestamp)) AS start_ms,
    argMinIf(Url, Timestamp, Url != '' AND Kind != 'request') AS url,
    arraySort(groupArrayIf(tuple(toUnixTimestamp64Milli(Timestamp), Title), Kind = 'dropped')) AS drops
FROM session_events FINAL
WHERE SessionId = {id:String} AND Source = 'browser' AND Tab != ''
GROUP BY Tab
