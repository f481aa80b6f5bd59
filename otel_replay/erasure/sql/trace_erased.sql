SELECT 1 FROM erased_traces WHERE TraceId = {id:String} LIMIT 1
