-- The sessions stay in lists, without a recording.
INSERT INTO sessions
SELECT * REPLACE (
    toUInt32(0) AS Chunks, toUInt32(0) AS LooseChunks, toUInt64(0) AS PayloadBytes, false AS HasReplay,
    greatest(Version + 1, toUnixTimestamp64Micro(now64(6))) AS Version)
FROM
(
    SELECT * FROM sessions FINAL WHERE {{of_sessions}} AND Chunks > 0
)
