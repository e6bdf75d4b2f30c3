-- When a run was moved, by the clock of now.
-- takes: now_us bigint, tenant text, run_id text
UPDATE run SET moved_us = :now_us WHERE tenant = :tenant AND id = :run_id
