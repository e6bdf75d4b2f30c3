-- Dead letters, with reason, evidence and their place in the lane (so before their work is deleted);
-- dying again after a retry reopens the decision.
-- rows: run_id text, kind text, reason text, evidence text, at_us bigint
INSERT INTO dead (run_id, flow, kind, reason, evidence, at_us, seq)
SELECT work.run_id, work.flow, given.kind, given.reason, given.evidence, given.at_us, work.seq
FROM {rows} JOIN work ON work.run_id = given.run_id
ON CONFLICT (run_id) DO UPDATE
SET kind = excluded.kind, reason = excluded.reason, evidence = excluded.evidence,
    at_us = excluded.at_us, seq = excluded.seq, resolution = NULL, resolved_us = NULL
