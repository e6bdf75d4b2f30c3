-- The runs of these events, a bounded number.
-- rows: id text
SELECT r.id, r.flow, r.event_id, r.state, r.lane, r.priority, r.generation, r.replay_id,
       r.created_us,
       r.moved_us, r.deadline_us, r.reason, w.due_us, w.waits_on, coalesce(w.behind, 0),
       coalesce(w.tries, 0), w.worker
FROM {rows} JOIN run AS r ON r.event_id = given.id
LEFT JOIN LATERAL (
  SELECT * FROM work WHERE work.tenant = r.tenant AND work.run_id = r.id OFFSET 0) AS w ON true
LIMIT 500
