-- Every alert, also those that are only suspected.
SELECT key, kind, subject, owner, reason, state, since_us, fired_us, clear_us, ended_us, told_us
FROM alert ORDER BY key LIMIT 10000
