-- Answered from what each part knows of itself, without reading a row. Rows of sessions that are gone may count: it is but where to look.
SELECT toUnixTimestamp64Milli(min(StartTime)) AS first_ms, toUnixTimestamp64Milli(max(StartTime)) AS last_ms FROM sessions
