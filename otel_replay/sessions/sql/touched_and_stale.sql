-- Sessions that something came in for, and whose row was not computed since: what a worker that starts has to catch up on.
SELECT touched.SessionId AS SessionId, touched_ms
FROM
(
    {{touched}}
) AS touched
LEFT JOIN
(
    SELECT SessionId, intDiv(max(Version), 1000) AS computed_ms
    FROM sessions
    GROUP BY SessionId
) AS derived USING (SessionId)
WHERE computed_ms < touched_ms + {settle_ms:Int64}
ORDER BY touched_ms
