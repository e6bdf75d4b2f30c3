-- Forget the steps of purged runs.
DELETE FROM step WHERE run_id IN (SELECT column2 FROM (VALUES {rows}))
