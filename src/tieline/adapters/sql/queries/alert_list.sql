-- Alerts that fire, and those that have ended unless only the former are wanted.
-- takes: ended bigint
SELECT {alert_columns}
FROM alert AS a WHERE fired_us IS NOT NULL AND (ended_us IS NULL OR :ended = 1)
ORDER BY ended_us IS NOT NULL, fired_us DESC, key LIMIT 1000
