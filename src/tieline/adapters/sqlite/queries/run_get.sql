-- What decisions need to know of a run.
SELECT r.id, r.tenant, r.flow, r.lane, r.state, w.doubt_step, w.doubt_key, d.resolution
FROM run AS r LEFT JOIN work AS w ON w.run_id = r.id LEFT JOIN dead AS d ON d.run_id = r.id
WHERE r.id = :id
