-- Claimed runs are put down until a time, a thing or a person lets them go on. They are locked by
-- work_owned, so their places cannot change. An older release reads for what in waits_on.
-- rows: tenant text, run_id text, state text, due_us bigint, waits_kind text, waits_key text
-- rows: doubt_step text, doubt_key text, tries bigint
UPDATE work SET state = given.state, worker = NULL, due_us = given.due_us,
                waits_kind = given.waits_kind, waits_key = given.waits_key,
                doubt_step = given.doubt_step, doubt_key = given.doubt_key,
                waits_on = CASE WHEN given.doubt_step IS NULL
                           THEN given.waits_kind || ':' || given.waits_key
                           ELSE json_build_array('step', given.doubt_step, given.doubt_key)::text
                           END,
                tries = work.tries + given.tries, lost = 0
FROM {rows}
CROSS JOIN LATERAL (
  SELECT w.ctid FROM work AS w
  WHERE w.tenant = given.tenant AND w.run_id = given.run_id OFFSET 0) AS place
WHERE work.ctid = place.ctid
