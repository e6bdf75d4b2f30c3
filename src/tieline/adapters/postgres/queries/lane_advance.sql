-- Lanes whose head has ended get their next run as head; an empty name marks a lane with nobody left.
-- The lanes are locked first, by a statement of its own: only the next one sees what others who had
-- a lane have left in it.
-- rows: tenant text, flow text, key text, run_id text
SELECT count(*) FROM (
  SELECT 1 FROM {rows} JOIN lane AS l USING (tenant, flow, key)
  ORDER BY l.tenant, l.flow, l.key FOR UPDATE OF l) AS locked;
UPDATE lane
SET head = coalesce((SELECT w.run_id FROM work AS w
                     WHERE w.tenant = lane.tenant AND w.flow = lane.flow AND w.lane = lane.key
                     ORDER BY w.seq LIMIT 1), '')
FROM {rows}
WHERE lane.tenant = given.tenant AND lane.flow = given.flow AND lane.key = given.key
  AND lane.head = given.run_id;
