SELECT count() AS found
FROM otel_metrics_gauge
WHERE MetricName = 'otel_replay.doctor'
    AND Attributes['otel_replay.doctor.run'] = {run:String}
    AND Attributes['otel_replay.transport'] = {transport:String}
