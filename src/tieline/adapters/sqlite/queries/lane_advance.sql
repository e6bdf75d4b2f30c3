-- Lanes whose head has ended get their next run as head; an empty name marks a lane with nobody left.
WITH given (tenant, flow, key, run_id) AS (VALUES {rows})
UPDATE lane
SET head = coalesce((SELECT w.run_id FROM work AS w
                     WHERE w.tenant = lane.tenant AND w.flow = lane.flow AND w.lane = lane.key
                     ORDER BY w.seq LIMIT 1), '')
FROM given
WHERE lane.tenant = given.tenant AND lane.flow = given.flow AND lane.key = given.key
  AND lane.head = given.run_id
