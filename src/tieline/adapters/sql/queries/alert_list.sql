-- Alerts that fire; where they are wanted also those that have ended, and those not told yet.
-- takes: ended bigint, pending bigint
SELECT {alert_columns}
FROM alert AS a WHERE (fired_us IS NOT NULL OR :pending = 1) AND (ended_us IS NULL OR :ended = 1)
ORDER BY ended_us IS NOT NULL, coalesce(fired_us, since_us) DESC, key LIMIT 1000
