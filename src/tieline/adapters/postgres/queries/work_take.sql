-- A worker takes runs; the raised epoch fences every earlier owner. They are locked by work_pick,
-- so their places cannot change.
-- rows: tenant text, run_id text, worker text
UPDATE work SET state = 'running', worker = given.worker, epoch = work.epoch + 1
FROM {rows}
CROSS JOIN LATERAL (
  SELECT w.ctid FROM work AS w
  WHERE w.tenant = given.tenant AND w.run_id = given.run_id OFFSET 0) AS place
WHERE work.ctid = place.ctid
