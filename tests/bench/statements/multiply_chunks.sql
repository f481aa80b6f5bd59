-- Where the chunks of the visitors' recordings would lie. No blob is written: benchmarks of reading blobs are others.
INSERT INTO replay_chunks
SELECT
    t.* EXCEPT (Visit, Start) REPLACE (
        v.session AS SessionId,
        lower(hex(sipHash64(t.Tab, v.n))) AS Tab,
        fromUnixTimestamp64Milli(toUnixTimestamp64Milli(t.StartTime) - t.Start + v.start_ms) AS StartTime,
        fromUnixTimestamp64Milli(toUnixTimestamp64Milli(t.EndTime) - t.Start + v.start_ms) AS EndTime,
        concat('sessions/', toString(toDate(fromUnixTimestamp64Milli(v.start_ms))), '/', v.session) AS Blob,
        if(t.UserId = '', '', concat('u-', v.person)) AS UserId
    )
FROM (/* visitors */) AS v
INNER JOIN template.chunks AS t ON v.Visit = t.Visit
