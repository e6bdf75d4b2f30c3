-- A person says that the effect did not happen: it may be tried again.
-- takes: tenant text, run_id text, name text, key text
UPDATE step SET state = 'failed', tries = 0, finished_us = NULL
WHERE tenant = :tenant AND run_id = :run_id AND name = :name AND key = :key
