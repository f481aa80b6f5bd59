-- Who holds each of the keys: of the claims that have not lapsed, the earliest.
SELECT Key, argMin(Worker, tuple(ClaimedAt, Worker)) AS Holder
FROM work_claims FINAL
WHERE Kind = {kind:String} AND Key IN {keys:Array(String)} AND ExpiresAt > now64(3)
GROUP BY Key
