-- One schedule as it stands.
-- takes: name text
SELECT name, cron, zone, next_us, last_us, missed FROM schedule WHERE name = :name
