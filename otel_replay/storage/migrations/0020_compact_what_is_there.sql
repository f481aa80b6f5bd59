-- Sessions that were computed before there was LooseChunks have 0 there, and would never be compacted: they are computed once more.
INSERT INTO session_touched (TouchedAt, SessionId)
SELECT now64(3), SessionId
FROM replay_chunks
WHERE SessionId NOT IN (SELECT SessionId FROM sessions FINAL WHERE LooseChunks > 0)
GROUP BY SessionId
