-- Runs are taken from workers that are gone; the raised epoch fences one that wakes up.
WITH given (tenant, run_id, state, lost, held_us) AS (VALUES {rows})
UPDATE work SET state = given.state, worker = NULL, epoch = work.epoch + 1, lost = given.lost,
                held_us = given.held_us
FROM given WHERE work.run_id = given.run_id
