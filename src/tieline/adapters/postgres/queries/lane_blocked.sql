-- Those of these lanes whose head goes nowhere until a person decides.
-- rows: tenant text, flow text, key text
SELECT l.tenant, l.flow, l.key, l.head, r.state
FROM {rows}
CROSS JOIN LATERAL (
  SELECT * FROM lane
  WHERE lane.tenant = given.tenant AND lane.flow = given.flow AND lane.key = given.key
  OFFSET 0) AS l
CROSS JOIN LATERAL (
  SELECT state FROM run WHERE run.tenant = given.tenant AND run.id = l.head OFFSET 0) AS r
WHERE r.state IN ('dead', 'held')
