-- Which of these sessions were erased.
SELECT DISTINCT SessionId
FROM erased_sessions
WHERE SessionId IN {ids:Array(String)}
