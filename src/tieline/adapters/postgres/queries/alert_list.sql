-- Alerts that fire, and those that have ended unless only the former are wanted.
-- takes: ended bigint
SELECT key, kind, subject, owner, reason, state, since_us, fired_us, clear_us, ended_us, told_us
FROM alert WHERE fired_us IS NOT NULL AND (ended_us IS NULL OR :ended = 1)
ORDER BY ended_us IS NOT NULL, fired_us DESC, key LIMIT 1000
