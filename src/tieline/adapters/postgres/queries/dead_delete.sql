-- Forget the decided dead letters of purged runs.
-- rows: id text
DELETE FROM dead USING {rows} WHERE dead.run_id = given.id
