-- What came in late is given some time to be taken out again.
SELECT DISTINCT SessionId
FROM TABLE_NAME
WHERE SessionId IN (SELECT SessionId FROM erased_sessions WHERE ErasedAt < now64(3) - toIntervalSecond({settle_s:UInt32}))
    AND SessionId NOT IN (SELECT SessionId FROM session_touched WHERE TouchedAt > now64(3) - toIntervalSecond({settle_s:UInt32}))
LIMIT 1000
