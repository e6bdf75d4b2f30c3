-- Runs whose worker is not known to live, and how many claims each has lost before.
-- Looked at from the runs, so that a worker of whom no row is left cannot keep any.
-- takes: since_us bigint, limit bigint
SELECT w.tenant, w.run_id, w.flow, w.lost FROM work AS w
WHERE w.state = 'running'
  AND w.worker <> ALL (ARRAY(SELECT k.id FROM worker AS k WHERE k.beat_us >= :since_us))
LIMIT :limit FOR UPDATE SKIP LOCKED
