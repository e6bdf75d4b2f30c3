-- A schedule is held no longer.
-- takes: name text
UPDATE schedule SET paused_us = NULL, paused_by = NULL, paused_reason = NULL
WHERE name = :name AND paused_us IS NOT NULL
