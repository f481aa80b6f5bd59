WITH
    {{our_clock}}
SELECT
    Tab,
    Seq,
    MoreSeqs,
    Widths,
    Piece,
    Pieces,
    our_ms(StartTime, clock_error(SessionId, Tab), ReceivedAt) AS start_ms,
    our_ms(EndTime, clock_error(SessionId, Tab), ReceivedAt) AS end_ms,
    StoredBytes,
    Size,
    Events,
    Checkpoint,
    Final
FROM replay_chunks FINAL
PREWHERE SessionId = {id:String}
ORDER BY Tab, Seq
