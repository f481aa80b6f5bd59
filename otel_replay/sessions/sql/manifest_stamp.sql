-- Changes whenever the manifest may have: a new chunk, or the session computed anew. Reads by key, and little of it.
SELECT max(version) AS version, sum(chunks) AS chunks, max(received_at) AS received_ms
FROM
(
    SELECT max(Version) AS version, 0 AS chunks, 0 AS received_at FROM sessions WHERE SessionId = {id:String}
    UNION ALL
    SELECT 0, count(), toUnixTimestamp64Milli(max(ReceivedAt)) FROM replay_chunks WHERE SessionId = {id:String}
)
SETTINGS max_threads = 1
