-- A dead run is to be done again, in its old place, above every epoch it ever had.
-- takes: behind bigint, tenant text, run_id text
INSERT INTO work (seq, run_id, tenant, flow, priority, lane, state, behind, worker, epoch, tries,
                  deadline_us)
SELECT d.seq, r.id, r.tenant, r.flow, r.priority, r.lane, 'ready', :behind, NULL, r.epoch + 1, 0,
       NULL
FROM dead AS d JOIN run AS r ON r.tenant = d.tenant AND r.id = d.run_id
WHERE d.tenant = :tenant AND d.run_id = :run_id
