-- Forget the tries of purged runs.
DELETE FROM attempt WHERE run_id IN (SELECT column2 FROM (VALUES {rows}))
