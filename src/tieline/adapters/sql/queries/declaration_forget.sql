-- Declarations that no process has begun with for long, and that nobody is at work with.
-- takes: before_us bigint
DELETE FROM declaration
WHERE latest_us < :before_us AND digest NOT IN (SELECT declares FROM worker)
