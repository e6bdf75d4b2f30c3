-- What was refused or failed may be tried again from the first try.
-- takes: tenant text, run_id text
UPDATE step SET state = 'failed', tries = 0,
                finished_us = CASE WHEN state = 'failed' THEN finished_us END
WHERE tenant = :tenant AND run_id = :run_id AND state IN ('refused', 'failed')
