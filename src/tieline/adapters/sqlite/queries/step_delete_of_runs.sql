-- Forget the steps of purged runs.
DELETE FROM step WHERE run_id IN (VALUES {rows})
