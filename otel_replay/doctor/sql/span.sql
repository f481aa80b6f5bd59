SELECT count() AS found FROM otel_traces WHERE TraceId = {trace_id:String} AND SpanName = 'otel-replay doctor'
