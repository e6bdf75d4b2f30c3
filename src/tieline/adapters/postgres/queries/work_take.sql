-- A worker takes runs; the raised epoch fences every earlier owner.
-- rows: run_id text, worker text
UPDATE work SET state = 'running', worker = given.worker, epoch = work.epoch + 1
FROM {rows} WHERE work.run_id = given.run_id
