-- Lanes with nobody left are forgotten. They are locked, so their places cannot change.
-- rows: tenant text, flow text, key text
DELETE FROM lane USING {rows}
CROSS JOIN LATERAL (
  SELECT l.ctid FROM lane AS l
  WHERE l.tenant = given.tenant AND l.flow = given.flow AND l.key = given.key AND l.head = ''
  OFFSET 0) AS place
WHERE lane.ctid = place.ctid
