-- Silent workers that hold nothing are forgotten.
-- takes: since_us bigint
DELETE FROM worker
WHERE beat_us < :since_us
  AND NOT EXISTS (SELECT 1 FROM work WHERE work.worker = worker.id AND work.state = 'running'
                  OFFSET 0)
