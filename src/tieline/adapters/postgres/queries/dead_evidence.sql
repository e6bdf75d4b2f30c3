-- The end of the traceback of one dead run.
-- takes: run_id text
SELECT d.evidence
FROM run AS r JOIN dead AS d ON d.tenant = r.tenant AND d.run_id = r.id WHERE r.id = :run_id
