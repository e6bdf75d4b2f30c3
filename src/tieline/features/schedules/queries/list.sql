-- All schedules, the next to fire first.
SELECT name, cron, zone, next_us, last_us, missed FROM schedule ORDER BY next_us, name LIMIT 1000
