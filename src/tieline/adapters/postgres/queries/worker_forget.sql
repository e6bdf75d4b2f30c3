-- Silent workers that hold nothing are forgotten; one whose row somebody looks at is, the next time.
-- takes: since_us bigint
DELETE FROM worker
WHERE id IN (
  SELECT id FROM worker
  WHERE beat_us < :since_us
    AND NOT EXISTS (SELECT 1 FROM work WHERE work.worker = worker.id AND work.state = 'running'
                    OFFSET 0)
  ORDER BY id FOR UPDATE SKIP LOCKED)
