-- Register a schedule; an unchanged one keeps its history; another starts afresh, if it may.
-- takes: name text, cron text, zone text, next_us bigint, changes bigint
INSERT INTO schedule (name, cron, zone, next_us, missed) VALUES (:name, :cron, :zone, :next_us, 0)
ON CONFLICT (name) DO UPDATE SET cron = excluded.cron, zone = excluded.zone,
                                 next_us = excluded.next_us, last_us = NULL, missed = 0
WHERE :changes = 1 AND (schedule.cron <> excluded.cron OR schedule.zone <> excluded.zone)
