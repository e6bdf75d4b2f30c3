-- Nothing is left to do for one run.
DELETE FROM work WHERE run_id = :run_id
