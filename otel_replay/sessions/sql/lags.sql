-- How long the records of each tab were under way, for the session ids {ids}: from their sending, by the browser's clock,
-- to their arrival, by ours. Networks and queues make a lag longer and never shorter, so the shortest tells most.
-- A lag up to explained_ms may be nothing but delay; where records is 0, nothing tells.
SELECT
    SessionId AS session_id, Tab AS tab, recorded, records, explained_ms,
    arrayMin(lags) AS shortest,
    -- A lag below nothing was sent by a clock that is ahead. If it was so only for a while, most of the records decide; those
    -- that were clearly delayed have no say.
    arrayReduce('medianExactHigh', arrayFilter(lag -> lag < {same_clock_ms:Int64}, lags)) AS usual,
    if(shortest >= -{slack_ms:Int64}, shortest, arrayMin(arrayFilter(lag -> lag >= usual - {same_clock_ms:Int64}, lags))) AS lag_ms
FROM
(
    SELECT SessionId, Tab, max(rank) AS recorded, argMax(found, rank) AS records, argMax(found_lags, rank) AS lags, argMax(explained, rank) AS explained_ms
    FROM
    (
        -- The recorder says when it sends a chunk, at each attempt. For a sender that does not say, its receiver has put the start
        -- or the end of the chunk there, and all that is known is that it sent after the end.
        SELECT
            SessionId, Tab, 1 AS rank,
            count() AS found,
            groupArray(lag) AS found_lags,
            argMin(if(told, {delay_ms:Int64} + intDiv(Length, {upload_bytes_per_ms:Int64}), {never_ms:Int64}), lag) AS explained
        FROM
        (
            SELECT
                SessionId, Tab, Length,
                SentAt NOT IN (StartTime, EndTime) AS told,
                toUnixTimestamp64Milli(ReceivedAt) - toUnixTimestamp64Milli(if(told, SentAt, EndTime)) AS lag
            FROM replay_chunks FINAL
            PREWHERE SessionId IN {ids:Array(String)}
        )
        GROUP BY SessionId, Tab
        UNION ALL
        -- Other records say when they were made, not sent: their delay is anything from a batch's wait to days in a queue. Only
        -- where they came in over about as much time as they were made in were they sent as they were made.
        SELECT
            SessionId, Tab, 0 AS rank,
            countIf(observed_ms > 0) AS found,
            groupArrayIf(received_ms - observed_ms, observed_ms > 0) AS found_lags,
            if(
                maxIf(received_ms, observed_ms > 0) - minIf(received_ms, observed_ms > 0) >= greatest({slack_ms:Int64}, intDiv(maxIf(observed_ms, observed_ms > 0) - minIf(observed_ms, observed_ms > 0), 2)),
                {batch_ms:Int64},
                {never_ms:Int64}) AS explained
        FROM
        (
            SELECT
                SessionId, Tab,
                toUnixTimestamp64Milli(ObservedTimestamp) AS observed_ms,
                toUnixTimestamp64Milli(ReceivedAt) AS received_ms
            FROM session_events FINAL
            PREWHERE SessionId IN {ids:Array(String)}
            WHERE Source = 'browser'
        )
        GROUP BY SessionId, Tab
    )
    GROUP BY SessionId, Tab
)
