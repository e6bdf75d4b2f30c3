-- Silent workers that hold nothing are forgotten.
-- takes: since_us bigint
DELETE FROM worker
WHERE beat_us < :since_us
  AND NOT EXISTS (SELECT 1 FROM work WHERE state = 'running' AND work.worker = worker.id)
