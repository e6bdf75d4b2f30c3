-- Every alert, also those that are only suspected.
SELECT {alert_columns}
FROM alert AS a ORDER BY key LIMIT 10000
