WITH
    {{our_clock}}
SELECT Tab
FROM replay_chunks FINAL
PREWHERE SessionId = {id:String}
GROUP BY Tab
ORDER BY min(our_ms(StartTime, clock_error(SessionId, Tab), ReceivedAt)), Tab
LIMIT 1
