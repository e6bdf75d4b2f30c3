-- Forget the steps of purged runs.
-- rows: tenant text, id text
DELETE FROM step USING {rows} WHERE step.tenant = given.tenant AND step.run_id = given.id
