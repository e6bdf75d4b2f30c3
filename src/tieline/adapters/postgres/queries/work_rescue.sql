-- Runs are taken from workers that are gone; the raised epoch fences one that wakes up. They are
-- locked by work_silent, so their places cannot change.
-- rows: tenant text, run_id text, state text, lost bigint, held_us bigint
UPDATE work SET state = given.state, worker = NULL, epoch = work.epoch + 1, lost = given.lost,
                held_us = given.held_us
FROM {rows}
CROSS JOIN LATERAL (
  SELECT w.ctid FROM work AS w
  WHERE w.tenant = given.tenant AND w.run_id = given.run_id OFFSET 0) AS place
WHERE work.ctid = place.ctid
