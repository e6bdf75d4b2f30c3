-- Register a schedule; an unchanged one keeps its history; another starts afresh, if it may. It fires
-- at the next time after now at the latest: a later one is of a clock that was put back.
-- takes: name text, cron text, zone text, next_us bigint, changes bigint
INSERT INTO schedule (name, cron, zone, next_us, missed) VALUES (:name, :cron, :zone, :next_us, 0)
ON CONFLICT (name) DO UPDATE SET cron = excluded.cron, zone = excluded.zone,
                                 next_us = excluded.next_us,
                                 last_us = CASE WHEN schedule.cron = excluded.cron
                                                 AND schedule.zone = excluded.zone
                                                THEN schedule.last_us END,
                                 missed = CASE WHEN schedule.cron = excluded.cron
                                                AND schedule.zone = excluded.zone
                                               THEN schedule.missed ELSE 0 END
WHERE CASE WHEN schedule.cron = excluded.cron AND schedule.zone = excluded.zone
           THEN schedule.next_us > excluded.next_us ELSE :changes = 1 END
