-- Forget the decided dead letters of purged runs.
-- rows: tenant text, id text
DELETE FROM dead USING {rows} WHERE dead.tenant = given.tenant AND dead.run_id = given.id
