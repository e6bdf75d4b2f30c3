-- Forget what a run remembers: all of it is to be done again as new actions.
-- takes: tenant text, run_id text
DELETE FROM step WHERE tenant = :tenant AND run_id = :run_id
