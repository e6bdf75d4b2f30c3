-- A dead letter has been decided.
-- takes: resolution text, at_us bigint, tenant text, run_id text
UPDATE dead SET resolution = :resolution, resolved_us = :at_us
WHERE tenant = :tenant AND run_id = :run_id
