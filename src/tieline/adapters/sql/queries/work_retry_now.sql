-- A run that waits to be retried need not wait any longer: somebody says so.
-- takes: tenant text, run_id text
UPDATE work SET state = 'ready', due_us = NULL, waits_on = NULL, waits_kind = NULL,
                waits_key = NULL
WHERE tenant = :tenant AND run_id = :run_id AND state = 'retrying'
