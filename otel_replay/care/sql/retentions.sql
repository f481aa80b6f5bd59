-- How many days each kind of data is kept, where that was set.
SELECT Name, toFloat64OrZero(Value) AS days
FROM project_settings FINAL
WHERE startsWith(Name, 'retention_')
