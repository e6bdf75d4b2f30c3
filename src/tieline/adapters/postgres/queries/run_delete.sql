-- Forget purged runs.
-- rows: tenant text, id text
DELETE FROM run USING {rows} WHERE run.tenant = given.tenant AND run.id = given.id
