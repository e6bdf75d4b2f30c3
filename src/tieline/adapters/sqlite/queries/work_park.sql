-- Claimed runs are put down until a time, a thing or a person lets them go on. An older release reads
-- for what in waits_on.
WITH given (tenant, run_id, state, due_us, waits_kind, waits_key, doubt_step, doubt_key,
            tries) AS (VALUES {rows})
UPDATE work SET state = given.state, worker = NULL, due_us = given.due_us,
                waits_kind = given.waits_kind, waits_key = given.waits_key,
                doubt_step = given.doubt_step, doubt_key = given.doubt_key,
                waits_on = CASE WHEN given.doubt_step IS NULL
                           THEN given.waits_kind || ':' || given.waits_key
                           ELSE json_array('step', given.doubt_step, given.doubt_key) END,
                tries = work.tries + given.tries, lost = 0
FROM given WHERE work.run_id = given.run_id
