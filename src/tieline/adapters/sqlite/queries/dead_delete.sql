-- Forget the decided dead letters of purged runs.
DELETE FROM dead WHERE run_id IN (SELECT column2 FROM (VALUES {rows}))
