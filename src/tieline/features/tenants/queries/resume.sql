-- Let the runs of a tenant go on.
-- takes: name text
UPDATE tenant SET paused_us = NULL, paused_by = NULL, paused_reason = NULL, paused_until_us = NULL
WHERE name = :name AND paused_us IS NOT NULL
