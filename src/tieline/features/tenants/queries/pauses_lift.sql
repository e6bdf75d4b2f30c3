-- Let the runs of those tenants go on whose pause has had its time.
-- takes: now_us bigint
UPDATE tenant SET paused_us = NULL, paused_by = NULL, paused_reason = NULL, paused_until_us = NULL
WHERE paused_until_us <= :now_us AND paused_us IS NOT NULL
RETURNING name
