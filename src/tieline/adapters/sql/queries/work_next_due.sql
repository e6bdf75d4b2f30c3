-- When the next run is due.
SELECT min(due_us) FROM work WHERE due_us IS NOT NULL
