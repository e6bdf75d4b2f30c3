-- A dead run is taken up by a replay. Below live traffic, unless others of its lane wait for it.
UPDATE run SET replay_id = :replay_id,
               priority = CASE WHEN lane IS NULL AND priority < :priority THEN :priority
                               ELSE priority END
WHERE tenant = :tenant AND id = :run_id
