-- Hold a schedule, unless it is held.
-- takes: at_us bigint, actor text, reason text, name text
UPDATE schedule SET paused_us = :at_us, paused_by = :actor, paused_reason = :reason
WHERE name = :name AND paused_us IS NULL
