-- Runs whose worker is not known to live, and how many claims each has lost before.
-- Looked at from the runs, so that a worker of whom no row is left cannot keep any.
SELECT tenant, run_id, flow, lost FROM work
WHERE state = 'running' AND worker NOT IN (SELECT id FROM worker WHERE beat_us >= :since_us)
LIMIT :limit
