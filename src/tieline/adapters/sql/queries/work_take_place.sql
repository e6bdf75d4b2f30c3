-- The edited run takes the dead run's place in the order of its lane.
-- takes: tenant text, run_id text, taker text
UPDATE work SET seq = (SELECT d.seq FROM dead AS d
                       WHERE d.tenant = :tenant AND d.run_id = :run_id)
WHERE tenant = :tenant AND run_id = :taker
