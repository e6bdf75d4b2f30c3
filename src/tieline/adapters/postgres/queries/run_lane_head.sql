-- The head of a run's lane, when that is another run.
-- takes: id text
SELECT l.head
FROM run AS r
CROSS JOIN LATERAL (
  SELECT head FROM lane
  WHERE lane.tenant = r.tenant AND lane.flow = r.flow AND lane.key = r.lane OFFSET 0) AS l
WHERE r.id = :id AND l.head <> r.id
