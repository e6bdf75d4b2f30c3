-- Declarations that no process has begun with for long, and that nobody is at work with.
DELETE FROM declaration
WHERE latest_us < :before_us AND digest NOT IN (SELECT declares FROM worker)
