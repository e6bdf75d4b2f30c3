-- The processes that beat, the latest first.
SELECT id, beat_us, started_us, about FROM worker ORDER BY beat_us DESC LIMIT 1000
