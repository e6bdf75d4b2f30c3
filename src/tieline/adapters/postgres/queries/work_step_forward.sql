-- The heads of these lanes may run.
-- rows: tenant text, flow text, key text
UPDATE work SET behind = 0
FROM {rows}
CROSS JOIN LATERAL (
  SELECT head FROM lane
  WHERE lane.tenant = given.tenant AND lane.flow = given.flow AND lane.key = given.key
  OFFSET 0) AS l
CROSS JOIN LATERAL (
  SELECT w.ctid, w.behind FROM work AS w
  WHERE w.tenant = given.tenant AND w.run_id = l.head OFFSET 0 FOR UPDATE) AS place
WHERE work.ctid = place.ctid AND place.behind = 1
