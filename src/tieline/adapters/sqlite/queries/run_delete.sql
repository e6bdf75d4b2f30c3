-- Forget purged runs.
DELETE FROM run WHERE id IN (SELECT column2 FROM (VALUES {rows}))
