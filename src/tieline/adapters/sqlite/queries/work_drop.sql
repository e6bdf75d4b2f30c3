-- Nothing is left to do for one run.
DELETE FROM work WHERE tenant = :tenant AND run_id = :run_id
