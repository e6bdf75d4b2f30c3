-- Claimed runs are put down until a time, a thing or a person lets them go on.
WITH given (tenant, run_id, state, due_us, waits_on, tries) AS (VALUES {rows})
UPDATE work SET state = given.state, worker = NULL, due_us = given.due_us,
                waits_on = given.waits_on, tries = work.tries + given.tries
FROM given WHERE work.run_id = given.run_id
