-- What these runs died of, and what was decided.
-- rows: run_id text
SELECT d.run_id, d.flow, d.kind, d.reason, d.at_us, d.resolution, d.resolved_us, r.event_id, r.lane,
       d.issue, d.connection
FROM {rows} JOIN dead AS d ON d.run_id = given.run_id JOIN run AS r ON r.id = d.run_id
