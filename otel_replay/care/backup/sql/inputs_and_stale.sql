-- Sessions that were computed before what was read off their recordings was there. No news need tell of it: compaction stores that
-- before it moves the chunks, and these may have been cloned in between.
SELECT SessionId
FROM session_inputs
INNER JOIN (SELECT SessionId, max(Version) AS computed_us FROM sessions GROUP BY SessionId) AS computed USING (SessionId)
GROUP BY SessionId, computed_us
HAVING toUnixTimestamp64Milli(max(ReadAt)) + {settle_ms:Int64} > intDiv(computed_us, 1000)
