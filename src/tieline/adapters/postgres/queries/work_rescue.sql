-- Runs whose worker is not known to live become ready; the raised epoch fences it if it wakes up.
-- Looked at from the runs, so that a worker of whom no row is left cannot keep any.
-- takes: since_us bigint, limit bigint
WITH left_over AS MATERIALIZED (
  SELECT w.ctid FROM work AS w
  WHERE w.state = 'running'
    AND w.worker <> ALL (ARRAY(SELECT k.id FROM worker AS k WHERE k.beat_us >= :since_us))
  LIMIT :limit FOR UPDATE SKIP LOCKED)
UPDATE work SET state = 'ready', worker = NULL, epoch = epoch + 1
FROM left_over WHERE work.ctid = left_over.ctid
RETURNING work.tenant, work.run_id
