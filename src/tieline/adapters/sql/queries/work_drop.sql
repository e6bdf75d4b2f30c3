-- Nothing is left to do for one run.
-- takes: tenant text, run_id text
DELETE FROM work WHERE tenant = :tenant AND run_id = :run_id
