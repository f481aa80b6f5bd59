-- Of these sessions, what their rows in sessions say and what is stored of them, with the news that no row takes account of yet.
SELECT
    ids.SessionId AS SessionId,
    derived.copies AS copies,
    derived.chunks AS derived_chunks,
    derived.loose AS derived_loose,
    derived.finished AS finished,
    derived.started_ms AS started_ms,
    stored.chunks AS stored_chunks,
    stored.loose AS stored_loose,
    toBool(stored.chunks + events.happened + traces.traces > 0) AS received,
    toBool(touched.touched_ms > 0 AND touched.touched_ms + {settle_ms:Int64} > derived.computed_ms) AS pending
FROM (SELECT arrayJoin({ids:Array(String)}) AS SessionId) AS ids
LEFT JOIN
(
    SELECT
        SessionId,
        count() AS copies,
        any(Chunks) AS chunks,
        any(LooseChunks) AS loose,
        min(State) = 'finished' AS finished,
        toUnixTimestamp64Milli(min(StartTime)) AS started_ms,
        intDiv(min(Version), 1000) AS computed_ms
    FROM sessions FINAL
    WHERE SessionId IN {ids:Array(String)}
    GROUP BY SessionId
) AS derived USING (SessionId)
LEFT JOIN
(
    SELECT SessionId, count() AS chunks, countIf(startsWith(Blob, 'packs/')) AS loose
    FROM replay_chunks FINAL
    WHERE SessionId IN {ids:Array(String)}
    GROUP BY SessionId
) AS stored USING (SessionId)
LEFT JOIN
(
    SELECT SessionId, count() AS happened FROM session_events WHERE SessionId IN {ids:Array(String)} GROUP BY SessionId
) AS events USING (SessionId)
LEFT JOIN
(
    SELECT SessionId, count() AS traces FROM session_traces WHERE SessionId IN {ids:Array(String)} GROUP BY SessionId
) AS traces USING (SessionId)
LEFT JOIN
(
    SELECT SessionId, toUnixTimestamp64Milli(max(TouchedAt)) AS touched_ms
    FROM session_touched
    WHERE SessionId IN {ids:Array(String)}
    GROUP BY SessionId
) AS touched USING (SessionId)
ORDER BY SessionId
