-- Claimed runs are given back; the raised epoch makes the old claim stale.
UPDATE work SET state = 'ready', worker = NULL, epoch = epoch + 1
WHERE state = 'running' AND run_id IN (SELECT column2 FROM (VALUES {rows}))
