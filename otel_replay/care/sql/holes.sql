-- Where the chunks of a tab leave numbers out.
SELECT SessionId, Tab, reached, Seq
FROM
(
    SELECT
        SessionId,
        Tab,
        Seq,
        max(Seq + MoreSeqs + 1) OVER (PARTITION BY SessionId, Tab ORDER BY Seq, MoreSeqs ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
    FROM replay_chunks FINAL
    WHERE SessionId IN {ids:Array(String)}
)
WHERE Seq > reached
ORDER BY SessionId, Tab, Seq
