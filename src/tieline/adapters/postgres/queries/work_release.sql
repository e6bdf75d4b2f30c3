-- Claimed runs are given back; the raised epoch makes the old claim stale.
-- rows: id text
UPDATE work SET state = 'ready', worker = NULL, epoch = work.epoch + 1
FROM {rows} WHERE work.state = 'running' AND work.run_id = given.id
