-- Lanes with nobody left are forgotten.
-- rows: tenant text, flow text, key text
DELETE FROM lane USING {rows}
WHERE lane.tenant = given.tenant AND lane.flow = given.flow AND lane.key = given.key
  AND lane.head = ''
