-- {count} sessions of {width} days from {day} on, for a FROM clause: which visit each repeats, when, and who it was.
SELECT
    {day:UInt32} + number % {width:UInt32} AS on_day,
    intDiv(number, {width:UInt32}) * {days:UInt32} + on_day AS n,
    lower(hex(MD5(concat('session ', toString(n))))) AS session,
    cityHash64(n) % (SELECT count() FROM template.visits) AS Visit,
    {zero_ms:Int64} + on_day * 86400000 + cityHash64(n, 'time') % 85000000 AS start_ms,
    toString(cityHash64(n, 'user') % 50000) AS person,
    toString(cityHash64(n, 'item') % 5000) AS item,
    concat('1.', toString(intDiv(on_day, 7)), '.0') AS release
FROM numbers({count:UInt64})
