{{row_columns}}
FROM sessions FINAL
PREWHERE SessionId IN {ids:Array(String)}
