INSERT INTO erased_traces (TraceId)
SELECT Id FROM erasing WHERE Run = {run:String} AND Kind = 'trace'
