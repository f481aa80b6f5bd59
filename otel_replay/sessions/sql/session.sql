{{row_columns}},
    {{page_columns}}
FROM sessions FINAL
PREWHERE SessionId = {id:String}
ORDER BY Version DESC
LIMIT 1
