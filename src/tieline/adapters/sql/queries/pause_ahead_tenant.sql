-- The same of the pauses of tenants.
-- takes: now_us bigint
UPDATE tenant SET paused_until_us = :now_us + (paused_until_us - paused_us), paused_us = :now_us
WHERE paused_us > :now_us AND paused_until_us IS NOT NULL
