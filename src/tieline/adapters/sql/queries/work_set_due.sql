-- A run waits no longer than it was to, by the clock of now; unless its time has come meanwhile.
-- takes: due_us bigint, deadline_us bigint, tenant text, run_id text, was_us bigint
UPDATE work SET due_us = :due_us, deadline_us = :deadline_us
WHERE tenant = :tenant AND run_id = :run_id AND due_us = :was_us
