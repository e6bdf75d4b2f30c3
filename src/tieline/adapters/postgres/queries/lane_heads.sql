-- The heads of these lanes.
-- rows: tenant text, flow text, key text
SELECT l.head
FROM {rows}
CROSS JOIN LATERAL (
  SELECT head FROM lane
  WHERE lane.tenant = given.tenant AND lane.flow = given.flow AND lane.key = given.key
  OFFSET 0) AS l
