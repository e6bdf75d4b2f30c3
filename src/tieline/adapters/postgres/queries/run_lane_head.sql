-- The head of a run's lane, when that is another run.
-- takes: id text
SELECT l.head FROM run AS r JOIN lane AS l
  ON l.tenant = r.tenant AND l.flow = r.flow AND l.key = r.lane
WHERE r.id = :id AND l.head <> r.id
