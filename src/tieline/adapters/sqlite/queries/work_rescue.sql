-- Runs whose worker is not known to live become ready; the raised epoch fences it if it wakes up.
-- Looked at from the runs, so that a worker of whom no row is left cannot keep any.
UPDATE work SET state = 'ready', worker = NULL, epoch = epoch + 1
WHERE seq IN (SELECT seq FROM work
              WHERE state = 'running'
                AND worker NOT IN (SELECT id FROM worker WHERE beat_us >= :since_us)
              LIMIT :limit)
RETURNING tenant, run_id
