{{row_columns}},
    {{page_columns}}
FROM
(
    {{derive}}
)
