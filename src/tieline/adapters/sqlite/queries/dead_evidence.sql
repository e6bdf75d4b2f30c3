-- The end of the traceback of one dead run.
SELECT evidence FROM dead WHERE run_id = :run_id
