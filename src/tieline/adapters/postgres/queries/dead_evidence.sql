-- The end of the traceback of one dead run.
-- takes: run_id text
SELECT evidence FROM dead WHERE run_id = :run_id
