-- A page of the runs that have not ended: the table of work has only those.
-- takes: first text, before text, look bigint, flow text, state text, since_us bigint
-- takes: until_us bigint, limit bigint, tenant text, waits_on text
WITH looked AS MATERIALIZED (
  SELECT run_id AS id FROM work
  WHERE run_id >= :first AND run_id < :before ORDER BY run_id DESC LIMIT :look
), found AS (
  SELECT r.id, r.flow, r.event_id, r.state, r.lane, r.priority, r.generation, r.replay_id,
         r.created_us,
         r.moved_us, r.deadline_us, r.reason, w.due_us, w.waits_on, coalesce(w.behind, 0),
         coalesce(w.tries, 0), w.worker
  FROM looked JOIN run AS r ON r.id = looked.id
  LEFT JOIN LATERAL (
    SELECT * FROM work WHERE work.tenant = r.tenant AND work.run_id = r.id OFFSET 0) AS w ON true
  WHERE (:flow IS NULL OR r.flow = :flow)
    AND (:state IS NULL OR r.state = :state)
    AND (:tenant IS NULL OR r.tenant = :tenant)
    AND (:waits_on IS NULL OR w.waits_on = :waits_on)
    AND r.created_us >= :since_us AND r.created_us < :until_us
  ORDER BY r.id DESC LIMIT :limit
)
SELECT seen.count, seen.last, found.*
FROM (SELECT count(*) AS count, min(id) AS last FROM looked) AS seen LEFT JOIN found ON true
ORDER BY found.id DESC
