-- Forget the tries of purged runs.
-- rows: id text
DELETE FROM attempt USING {rows} WHERE attempt.run_id = given.id
