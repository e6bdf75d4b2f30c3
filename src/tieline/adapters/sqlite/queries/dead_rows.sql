-- What these runs died of, and what was decided.
WITH given (run_id) AS (VALUES {rows})
SELECT d.run_id, d.flow, d.kind, d.reason, d.at_us, d.resolution, d.resolved_us, r.event_id, r.lane,
       d.issue, d.connection
FROM given CROSS JOIN dead AS d ON d.run_id = given.run_id CROSS JOIN run AS r ON r.id = d.run_id
