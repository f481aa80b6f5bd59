{{row_columns}},
    {{page_columns}}
FROM sessions FINAL
WHERE SessionId = {id:String}
ORDER BY Version DESC
LIMIT 1
