-- Forget purged runs.
-- rows: id text
DELETE FROM run USING {rows} WHERE run.id = given.id
