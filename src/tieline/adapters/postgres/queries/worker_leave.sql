-- A worker that ended by itself is forgotten, if it holds nothing.
-- takes: id text
DELETE FROM worker
WHERE id = :id
  AND NOT EXISTS (SELECT 1 FROM work WHERE work.worker = worker.id AND work.state = 'running'
                  OFFSET 0)
