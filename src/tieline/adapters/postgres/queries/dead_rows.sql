-- What these runs died of, and what was decided.
-- rows: run_id text
SELECT d.run_id, d.flow, d.kind, d.reason, d.at_us, d.resolution, d.resolved_us, r.event_id, r.lane,
       d.issue, d.connection
FROM {rows} JOIN run AS r ON r.id = given.run_id
JOIN dead AS d ON d.tenant = r.tenant AND d.run_id = r.id
