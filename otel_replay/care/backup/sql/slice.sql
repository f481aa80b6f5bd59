SELECT $columns
FROM $table
WHERE _part IN {parts:Array(String)} AND _part_offset >= {first:UInt64} AND _part_offset < {end:UInt64}
ORDER BY indexOf({parts:Array(String)}, _part), _part_offset
