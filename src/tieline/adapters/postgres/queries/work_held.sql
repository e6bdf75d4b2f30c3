-- Since when runs are held: their place among what waits for a person.
-- rows: tenant text, run_id text, held_us bigint
UPDATE work SET held_us = given.held_us
FROM {rows}
CROSS JOIN LATERAL (
  SELECT w.ctid FROM work AS w
  WHERE w.tenant = given.tenant AND w.run_id = given.run_id OFFSET 0) AS place
WHERE work.ctid = place.ctid
