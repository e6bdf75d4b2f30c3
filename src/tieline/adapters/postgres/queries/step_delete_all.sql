-- Forget what a run remembers: all of it is to be done again as new actions.
-- takes: run_id text
DELETE FROM step WHERE run_id = :run_id
