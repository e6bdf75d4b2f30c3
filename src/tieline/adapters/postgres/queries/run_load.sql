-- All that is needed to execute claimed runs.
-- rows: id text
SELECT r.id, r.tenant, r.flow, w.epoch, w.tries, r.created_us, w.deadline_us, r.lane, r.replay_id,
       r.generation,
       e.id, e.tenant, e.source, e.type, e.identity, e.recorded_us, e.correlation, e.traceparent,
       e.receipt_id, e.cause, e.contract, e.data,
       CASE WHEN e.data IS NULL THEN c.body END
FROM {rows} JOIN run AS r ON r.id = given.id
JOIN work AS w ON w.run_id = r.id
JOIN event AS e ON e.id = r.event_id
LEFT JOIN receipt AS c ON c.id = e.receipt_id
