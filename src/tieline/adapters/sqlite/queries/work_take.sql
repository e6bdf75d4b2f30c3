-- A worker takes runs; the raised epoch fences every earlier owner.
WITH given (tenant, run_id, worker) AS (VALUES {rows})
UPDATE work SET state = 'running', worker = given.worker, epoch = work.epoch + 1
FROM given WHERE work.run_id = given.run_id
