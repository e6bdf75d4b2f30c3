-- A dead letter has been decided.
UPDATE dead SET resolution = :resolution, resolved_us = :at_us
WHERE tenant = :tenant AND run_id = :run_id
