-- What decisions need to know of a run. It is locked first (as everywhere: work, then run), so that
-- what is decided about it still holds when it is written.
-- takes: id text
SELECT 1 FROM work WHERE run_id = :id FOR UPDATE;
SELECT 1 FROM run WHERE id = :id FOR UPDATE;
SELECT r.id, r.tenant, r.flow, r.lane, r.state, w.doubt_step, w.doubt_key, d.resolution
FROM run AS r
LEFT JOIN LATERAL (
  SELECT * FROM work WHERE work.tenant = r.tenant AND work.run_id = r.id OFFSET 0) AS w ON true
LEFT JOIN dead AS d ON d.tenant = r.tenant AND d.run_id = r.id
WHERE r.id = :id;
