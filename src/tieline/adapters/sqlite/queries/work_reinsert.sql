-- A dead run is to be done again, above every epoch it ever had.
INSERT INTO work (run_id, tenant, flow, priority, lane, state, behind, worker, epoch, tries,
                  deadline_us)
SELECT id, tenant, flow, priority, lane, 'ready', :behind, NULL, epoch + 1, 0, NULL
FROM run WHERE id = :run_id
