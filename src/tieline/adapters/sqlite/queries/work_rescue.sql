-- Runs of a silent worker become ready; the raised epoch keeps it from writing if it wakes up.
UPDATE work SET state = 'ready', worker = NULL, epoch = epoch + 1
WHERE run_id IN (SELECT run_id FROM work WHERE worker = :worker LIMIT :limit)
RETURNING run_id
