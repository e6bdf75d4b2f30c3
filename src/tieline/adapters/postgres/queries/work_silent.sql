-- Runs whose worker is not known to live, how many claims each has lost before, and what its worker hung at.
-- Looked at from the runs, so that a worker of whom no row is left cannot keep any.
-- takes: since_us bigint, limit bigint
SELECT w.tenant, w.run_id, w.flow, w.lost,
       (SELECT k.blocked FROM worker AS k WHERE k.id = w.worker)
FROM work AS w
WHERE w.state = 'running'
  AND w.worker <> ALL (ARRAY(SELECT k.id FROM worker AS k WHERE k.beat_us >= :since_us))
LIMIT :limit FOR UPDATE OF w SKIP LOCKED
