-- A held run goes on; its deadline passed, or ran on, while it waited for a person, so it has none.
-- takes: tenant text, run_id text
UPDATE work SET state = 'ready', due_us = NULL, waits_on = NULL, waits_kind = NULL,
                waits_key = NULL, doubt_step = NULL, doubt_key = NULL, deadline_us = NULL
WHERE tenant = :tenant AND run_id = :run_id
