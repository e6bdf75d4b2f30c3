-- Runs whose worker is not known to live, how many claims each has lost before, and what its worker hung at.
-- Looked at from the runs, so that a worker of whom no row is left cannot keep any.
SELECT tenant, run_id, flow, lost, (SELECT blocked FROM worker WHERE worker.id = work.worker)
FROM work
WHERE state = 'running' AND worker NOT IN (SELECT id FROM worker WHERE beat_us >= :since_us)
LIMIT :limit
