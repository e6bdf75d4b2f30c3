-- Runs that wait for one thing become ready, those of one tenant or of all, a bounded number at once.
UPDATE work SET state = 'ready', due_us = NULL, waits_on = NULL, waits_kind = NULL,
                waits_key = NULL
WHERE seq IN (SELECT seq FROM work
              WHERE waits_kind = :kind AND waits_key = :key AND state = 'waiting'
                AND (:tenant IS NULL OR tenant = :tenant)
              LIMIT :limit)
RETURNING tenant, run_id
