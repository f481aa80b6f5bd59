SELECT countIf(Kind = 'session') AS sessions, countIf(Kind = 'trace') AS traces
FROM erasing
WHERE Run = {run:String}
