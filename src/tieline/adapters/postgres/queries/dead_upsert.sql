-- Dead letters, with reason, evidence and their place in the lane (so before their work is
-- deleted); dying again after a retry reopens the decision.
-- rows: tenant text, run_id text, kind text, reason text, evidence text, at_us bigint
-- rows: issue text, connection text
INSERT INTO dead (tenant, run_id, flow, kind, reason, evidence, at_us, issue, connection, seq)
SELECT given.tenant, given.run_id, w.flow, given.kind, given.reason, given.evidence, given.at_us,
       given.issue, given.connection, w.seq
FROM {rows}
CROSS JOIN LATERAL (
  SELECT flow, seq FROM work
  WHERE work.tenant = given.tenant AND work.run_id = given.run_id OFFSET 0) AS w
ON CONFLICT (tenant, run_id) DO UPDATE
SET kind = excluded.kind, reason = excluded.reason, evidence = excluded.evidence,
    at_us = excluded.at_us, seq = excluded.seq, issue = excluded.issue,
    connection = excluded.connection, resolution = NULL, resolved_us = NULL
