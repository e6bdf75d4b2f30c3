-- Forget the steps of purged runs.
-- rows: id text
DELETE FROM step USING {rows} WHERE step.run_id = given.id
