-- The kinds of ready work of flows that have room, by a loose walk over the index: the cost grows
-- with kinds, not rows, and a paused or full flow costs nothing. One stream for each flow, priority
-- and lap (from the tenant whose turn it is to the last one, then from the first one up to it), and
-- as many hops as :limit over all streams. Where a stream was cut the answer ends, so that a cut
-- never hides a more urgent kind than it shows.
-- takes: flows text, first text, limit bigint
WITH RECURSIVE
room AS MATERIALIZED (SELECT jsonb_array_elements_text(:flows::jsonb) COLLATE "C" AS flow),
level (flow, priority) AS (
  SELECT flow, (SELECT min(w.priority) FROM work AS w
                WHERE w.state = 'ready' AND w.behind = 0 AND w.flow = room.flow)
  FROM room
  UNION ALL
  SELECT flow, (SELECT min(w.priority) FROM work AS w
                WHERE w.state = 'ready' AND w.behind = 0 AND w.flow = level.flow
                  AND w.priority > level.priority)
  FROM level WHERE priority IS NOT NULL),
stream (flow, priority, lap, hops) AS MATERIALIZED (
  SELECT flow, priority, lap, 4 + :limit / count(*) OVER ()
  FROM level CROSS JOIN (VALUES (0), (1)) AS laps (lap) WHERE priority IS NOT NULL),
kind (priority, lap, tenant, flow, hops) AS (
  SELECT priority, lap, (SELECT min(w.tenant) FROM work AS w
                         WHERE w.state = 'ready' AND w.behind = 0 AND w.flow = stream.flow
                           AND w.priority = stream.priority
                           AND w.tenant >= CASE lap WHEN 0 THEN :first ELSE '' END), flow, hops
  FROM stream
  UNION ALL
  SELECT priority, lap, (SELECT min(w.tenant) FROM work AS w
                         WHERE w.state = 'ready' AND w.behind = 0 AND w.flow = kind.flow
                           AND w.priority = kind.priority AND w.tenant > kind.tenant), flow,
         hops - 1
  FROM kind WHERE tenant IS NOT NULL AND hops > 1 AND (lap = 0 OR tenant < :first)),
cut AS MATERIALIZED (
  SELECT priority, lap, tenant FROM kind
  WHERE hops = 1 AND tenant IS NOT NULL ORDER BY priority, lap, tenant LIMIT 1),
shown AS (
  SELECT priority, lap, tenant, flow FROM kind
  WHERE tenant IS NOT NULL AND (lap = 0 OR tenant < :first)
    AND NOT EXISTS (SELECT 1 FROM cut
                    WHERE (kind.priority, kind.lap, kind.tenant) > (cut.priority, cut.lap, cut.tenant))
  ORDER BY priority, lap, tenant, flow LIMIT :limit)
SELECT coalesce(json_agg(json_build_array(priority, tenant, flow)
                         ORDER BY priority, lap, tenant, flow), '[]')::text
FROM shown
