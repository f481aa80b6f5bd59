SELECT name, type FROM system.columns WHERE database = 'default_db' AND table = 'otel_logs'
