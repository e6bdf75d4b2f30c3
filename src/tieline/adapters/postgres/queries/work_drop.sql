-- Nothing is left to do for one run.
-- takes: run_id text
DELETE FROM work WHERE run_id = :run_id
