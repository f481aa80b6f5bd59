-- What the light events know of each tab. Drops are what the recorder itself says that it left out.
WITH
    {{our_clock}}
SELECT
    Tab,
    min(at) AS start_ms,
    argMinIf(Url, tuple(at, Timestamp), Url != '' AND Kind != 'request') AS url,
    arraySort(groupArrayIf(tuple(at, Title), Kind = 'dropped')) AS drops
FROM
(
    SELECT *, our_ms(Timestamp, clock_error(SessionId, Tab), ReceivedAt) AS at
    FROM session_events FINAL
    PREWHERE SessionId = {id:String}
    WHERE Source = 'browser' AND Tab != ''
)
GROUP BY Tab
