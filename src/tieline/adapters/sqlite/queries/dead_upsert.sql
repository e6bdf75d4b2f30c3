-- Dead letters, with reason and evidence; dying again after a retry reopens the decision.
INSERT INTO dead (run_id, flow, kind, reason, evidence, at_us)
SELECT given.column1, run.flow, given.column2, given.column3, given.column4, given.column5
FROM (VALUES {rows}) AS given CROSS JOIN run ON run.id = given.column1
WHERE true
ON CONFLICT (run_id) DO UPDATE
SET kind = excluded.kind, reason = excluded.reason, evidence = excluded.evidence,
    at_us = excluded.at_us, resolution = NULL, resolved_us = NULL
