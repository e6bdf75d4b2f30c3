-- Forget purged runs.
DELETE FROM run WHERE id IN (VALUES {rows})
