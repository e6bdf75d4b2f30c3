-- The edited run takes the dead run's place in the order of its lane.
-- takes: dead text, run_id text
UPDATE work SET seq = (SELECT d.seq FROM dead AS d WHERE d.run_id = :dead) WHERE run_id = :run_id
