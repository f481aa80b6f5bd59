SELECT count() AS found FROM otel_logs WHERE TraceId = {trace_id:String}
