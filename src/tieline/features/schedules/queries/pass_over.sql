-- A schedule that is paused moves on without firing; what was due is counted as missed.
-- takes: next_us bigint, missed bigint, name text, expected_us bigint
UPDATE schedule SET next_us = :next_us, missed = missed + :missed
WHERE name = :name AND next_us = :expected_us AND paused_us IS NOT NULL
