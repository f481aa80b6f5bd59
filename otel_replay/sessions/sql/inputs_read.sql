-- Tabs of the sessions {ids} whose facts were read from as many chunks as there are now. Facts outlive the chunks, so there may be less.
SELECT concat(SessionId, ' ', Tab) AS key
FROM session_inputs FINAL
LEFT JOIN
(
    SELECT SessionId, Tab, uniqExact(Seq, MoreSeqs) AS stored
    FROM replay_chunks
    WHERE SessionId IN {ids:Array(String)}
    GROUP BY SessionId, Tab
) AS chunks USING (SessionId, Tab)
WHERE SessionId IN {ids:Array(String)} AND Chunks >= stored
