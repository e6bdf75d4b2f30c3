-- The kinds of ready work of flows that have room, by a loose walk over the index: the cost grows
-- with kinds, not rows, and a paused or full flow costs nothing. One stream for each flow, priority
-- and lap (from the tenant whose turn it is to the last one, then from the first one up to it);
-- the least of all streams comes out first, so that a cut never hides a more urgent kind.
-- Tenants that may not start anything now are walked over and not shown.
WITH RECURSIVE
room (flow) AS (SELECT value FROM json_each(:flows)),
level (flow, priority) AS (
  SELECT flow, (SELECT min(w.priority) FROM work AS w
                WHERE w.state = 'ready' AND w.behind = 0 AND w.flow = room.flow)
  FROM room
  UNION ALL
  SELECT flow, (SELECT min(w.priority) FROM work AS w
                WHERE w.state = 'ready' AND w.behind = 0 AND w.flow = level.flow
                  AND w.priority > level.priority)
  FROM level WHERE priority IS NOT NULL),
kind (priority, lap, tenant, flow) AS (
  SELECT priority, 0, (SELECT min(w.tenant) FROM work AS w
                       WHERE w.state = 'ready' AND w.behind = 0 AND w.flow = level.flow
                         AND w.priority = level.priority AND w.tenant >= :first), flow
  FROM level WHERE priority IS NOT NULL
  UNION ALL
  SELECT priority, 1, (SELECT min(w.tenant) FROM work AS w
                       WHERE w.state = 'ready' AND w.behind = 0 AND w.flow = level.flow
                         AND w.priority = level.priority), flow
  FROM level WHERE priority IS NOT NULL
  UNION ALL
  SELECT priority, lap, (SELECT min(w.tenant) FROM work AS w
                         WHERE w.state = 'ready' AND w.behind = 0 AND w.flow = kind.flow
                           AND w.priority = kind.priority AND w.tenant > kind.tenant), flow
  FROM kind WHERE tenant IS NOT NULL AND (lap = 0 OR tenant < :first)
  ORDER BY 1, 2, 3, 4)
SELECT json_group_array(json_array(priority, tenant, flow)), count(*) = :limit
FROM (SELECT priority, tenant, flow FROM kind
      WHERE tenant IS NOT NULL AND (lap = 0 OR tenant < :first)
        AND (:shut = '[]'
             OR NOT EXISTS (SELECT 1 FROM json_each(:shut) AS s WHERE s.value = kind.tenant))
      LIMIT :limit)
