-- All that is needed to execute claimed runs.
-- rows: id text
SELECT r.id, r.tenant, r.flow, w.epoch, w.tries, r.created_us, w.deadline_us, r.lane, r.replay_id,
       r.generation,
       e.id, e.tenant, e.source, e.type, e.identity, e.recorded_us, e.correlation, e.traceparent,
       e.receipt_id, e.cause, e.contract, e.data,
       CASE WHEN e.data IS NULL THEN c.body END
FROM {rows}
CROSS JOIN LATERAL (SELECT * FROM run WHERE run.id = given.id OFFSET 0) AS r
CROSS JOIN LATERAL (SELECT * FROM work WHERE work.run_id = given.id OFFSET 0) AS w
CROSS JOIN LATERAL (SELECT * FROM event WHERE event.id = r.event_id OFFSET 0) AS e
LEFT JOIN LATERAL (SELECT body FROM receipt WHERE receipt.id = e.receipt_id OFFSET 0) AS c ON true
