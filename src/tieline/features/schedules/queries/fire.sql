-- Move a schedule on, once for each due time: the second who tries finds another next time. One that
-- is paused stays where it is.
-- takes: next_us bigint, now_us bigint, missed bigint, name text, expected_us bigint
-- takes: cron text, zone text
UPDATE schedule SET next_us = :next_us, last_us = :now_us, missed = missed + :missed
WHERE name = :name AND next_us = :expected_us
  AND (:cron = '' OR (cron = :cron AND zone = :zone))
  AND paused_us IS NULL
