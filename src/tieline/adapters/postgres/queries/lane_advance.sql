-- Lanes whose head has ended get their next run as head; an empty name marks a lane with nobody
-- left. The lanes are locked first, by a statement of its own: only the next one sees what others
-- who had a lane have left in it, and then a lane's place cannot change.
-- rows: tenant text, flow text, key text, run_id text
SELECT count(*)
FROM (SELECT DISTINCT tenant, flow, key FROM {rows} ORDER BY tenant, flow, key) AS named
CROSS JOIN LATERAL (
  SELECT 1 FROM lane
  WHERE lane.tenant = named.tenant AND lane.flow = named.flow AND lane.key = named.key
  FOR UPDATE) AS locked;
UPDATE lane
SET head = coalesce((SELECT w.run_id FROM work AS w
                     WHERE w.tenant = lane.tenant AND w.flow = lane.flow AND w.lane = lane.key
                     ORDER BY w.seq LIMIT 1), '')
FROM {rows}
CROSS JOIN LATERAL (
  SELECT l.ctid FROM lane AS l
  WHERE l.tenant = given.tenant AND l.flow = given.flow AND l.key = given.key
    AND l.head = given.run_id OFFSET 0) AS place
WHERE lane.ctid = place.ctid;
