-- Runs that wait for one thing and that no time sets free become ready, a bounded number at once.
UPDATE work SET state = 'ready', waits_on = NULL, waits_kind = NULL, waits_key = NULL
WHERE seq IN (SELECT seq FROM work
              WHERE waits_kind = :kind AND waits_key = :key AND due_us IS NULL AND state = 'waiting'
              LIMIT :limit)
RETURNING tenant, run_id
