-- Runs whose time has come become ready, oldest due first, a bounded number at once.
UPDATE work SET state = 'ready', due_us = NULL, waits_on = NULL, waits_kind = NULL,
                waits_key = NULL
WHERE seq IN (SELECT seq FROM work WHERE due_us <= :now_us ORDER BY due_us LIMIT :limit)
RETURNING tenant, run_id
