-- The run that is unfinished for longest.
SELECT r.id, r.flow, r.event_id, r.state, r.lane, r.priority, r.generation, r.replay_id,
       r.created_us,
       r.moved_us, r.deadline_us, r.reason, w.due_us, w.waits_on, coalesce(w.behind, 0),
       coalesce(w.tries, 0), w.worker
FROM (SELECT run_id FROM work ORDER BY run_id LIMIT 1) AS first
JOIN run AS r ON r.id = first.run_id
CROSS JOIN LATERAL (
  SELECT * FROM work WHERE work.tenant = r.tenant AND work.run_id = r.id OFFSET 0) AS w
