-- One schedule as it stands.
-- takes: name text
SELECT {schedule_columns} FROM schedule WHERE name = :name
