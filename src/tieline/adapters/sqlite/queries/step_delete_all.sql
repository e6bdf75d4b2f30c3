-- Forget what a run remembers: all of it is to be done again as new actions.
DELETE FROM step WHERE tenant = :tenant AND run_id = :run_id
