-- Store what is to be done for new runs; the row lives until the run ends.
-- rows: run_id text, tenant text, flow text, priority bigint, lane text, state text, behind bigint
-- rows: worker text, epoch bigint, deadline_us bigint
INSERT INTO work (run_id, tenant, flow, priority, lane, state, behind, worker, epoch, deadline_us,
                  tries)
SELECT given.*, 0 FROM {rows}
