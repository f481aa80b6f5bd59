{{row_columns}}
FROM
(
    {{derive}}
)
