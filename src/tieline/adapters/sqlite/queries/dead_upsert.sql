-- Dead letters, with reason, evidence and their place in the lane (so before their work is deleted);
-- dying again after a retry reopens the decision.
INSERT INTO dead (tenant, run_id, flow, kind, reason, evidence, at_us, issue, connection, seq)
SELECT work.tenant, work.run_id, work.flow, given.column3, given.column4, given.column5,
       given.column6, given.column7, given.column8, work.seq
FROM (VALUES {rows}) AS given CROSS JOIN work ON work.run_id = given.column2
WHERE true
ON CONFLICT (run_id) DO UPDATE
SET kind = excluded.kind, reason = excluded.reason, evidence = excluded.evidence,
    at_us = excluded.at_us, seq = excluded.seq, issue = excluded.issue,
    connection = excluded.connection, resolution = NULL, resolved_us = NULL
