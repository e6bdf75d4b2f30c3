-- Somebody wants a schedule to fire now, beside its times.
-- takes: at_us bigint, actor text, name text
UPDATE schedule SET asked_us = :at_us, asked_by = :actor WHERE name = :name AND asked_us IS NULL
