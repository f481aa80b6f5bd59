SELECT Name, Value, ChangedBy, toUnixTimestamp64Milli(ChangedAt) AS changed_ms
FROM project_settings FINAL
WHERE Name IN {names:Array(String)}
