{{row_columns}}
FROM sessions FINAL
WHERE SessionId IN {ids:Array(String)}
