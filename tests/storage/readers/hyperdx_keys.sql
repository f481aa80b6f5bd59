SELECT arraySort(groupUniqArrayArray(mapKeys(LogAttributes))) AS keys
FROM (SELECT LogAttributes FROM `default_db`.`otel_logs` LIMIT 100000)
