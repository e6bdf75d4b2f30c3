-- Runs whose time has come become ready, oldest due first, a bounded number at once.
UPDATE work SET state = 'ready', due_us = NULL, waits_on = NULL
WHERE run_id IN (SELECT run_id FROM work WHERE due_us <= :now_us ORDER BY due_us LIMIT :limit)
RETURNING run_id
