-- Claimed runs are given back; the raised epoch makes the old claim stale. They are locked by
-- work_owned, so their places cannot change.
-- rows: tenant text, id text
UPDATE work SET state = 'ready', worker = NULL, epoch = work.epoch + 1
FROM {rows}
CROSS JOIN LATERAL (
  SELECT w.ctid, w.state FROM work AS w
  WHERE w.tenant = given.tenant AND w.run_id = given.id OFFSET 0) AS place
WHERE work.ctid = place.ctid AND place.state = 'running'
