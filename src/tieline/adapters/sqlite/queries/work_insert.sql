-- Store what is to be done for new runs; the row lives until the run ends.
INSERT INTO work (run_id, tenant, flow, priority, lane, state, behind, worker, epoch, deadline_us,
                  tries)
SELECT column1, column2, column3, column4, column5, column6, column7, column8, column9, column10, 0
FROM (VALUES {rows})
