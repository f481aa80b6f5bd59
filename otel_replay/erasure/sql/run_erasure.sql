-- The sessions of a request, as its tombstones name them.
INSERT INTO erasing (Run, Kind, Id)
SELECT DISTINCT {run:String}, 'session', SessionId
FROM erased_sessions FINAL
WHERE ErasureId = {erasure:String}
