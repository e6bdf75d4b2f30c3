-- Runs that wait on one thing become ready, a bounded number at once.
UPDATE work SET state = 'ready', due_us = NULL, waits_on = NULL
WHERE seq IN (SELECT seq FROM work WHERE waits_on = :on AND state = 'waiting' LIMIT :limit)
RETURNING tenant, run_id
