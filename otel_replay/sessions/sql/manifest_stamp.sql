-- Changes whenever the manifest may have: a new chunk, or the session computed anew. Reads by key, and little of it.
SELECT
    (SELECT max(Version) FROM sessions WHERE SessionId = {id:String}) AS version,
    count() AS chunks,
    toUnixTimestamp64Milli(max(ReceivedAt)) AS received_ms
FROM replay_chunks
WHERE SessionId = {id:String}
SETTINGS max_threads = 1
