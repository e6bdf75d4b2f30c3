-- A worker takes the oldest ready runs of one kind; the raised epoch fences every earlier owner.
UPDATE work SET state = 'running', worker = :worker, epoch = epoch + 1
WHERE run_id IN (
  SELECT run_id FROM work
  WHERE state = 'ready' AND behind = 0
    AND priority = :priority AND tenant = :tenant AND flow = :flow
  ORDER BY run_id LIMIT :limit)
RETURNING run_id, epoch
