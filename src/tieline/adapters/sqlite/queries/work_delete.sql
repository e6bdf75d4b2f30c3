-- Nothing is left to do for these runs.
DELETE FROM work WHERE run_id IN (SELECT column2 FROM (VALUES {rows}))
