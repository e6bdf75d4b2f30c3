-- Claimed runs are put down until a time, a thing or a person lets them go on. They are locked by
-- work_owned, so their places cannot change.
-- rows: tenant text, run_id text, state text, due_us bigint, waits_on text, tries bigint
UPDATE work SET state = given.state, worker = NULL, due_us = given.due_us,
                waits_on = given.waits_on, tries = work.tries + given.tries
FROM {rows}
CROSS JOIN LATERAL (
  SELECT w.ctid FROM work AS w
  WHERE w.tenant = given.tenant AND w.run_id = given.run_id OFFSET 0) AS place
WHERE work.ctid = place.ctid
