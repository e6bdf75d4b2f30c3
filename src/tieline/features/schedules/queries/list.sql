-- All schedules, the next to fire first.
SELECT {schedule_columns} FROM schedule ORDER BY next_us, name LIMIT 1000
