-- Forget what purged runs sent and were answered.
DELETE FROM exchange WHERE run_id IN (SELECT column2 FROM (VALUES {rows}))
