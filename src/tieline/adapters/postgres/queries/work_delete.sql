-- Nothing is left to do for these runs.
-- rows: id text
DELETE FROM work USING {rows} WHERE work.run_id = given.id
