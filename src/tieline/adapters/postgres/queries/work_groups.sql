-- The kinds of ready work of flows that have room, by a loose walk over the index: the cost grows
-- with kinds, not rows, and a paused or full flow costs nothing. One stream for each flow and
-- priority: from the tenant whose turn it is to the last one (lap 0), then from the first one up to
-- it (lap 1); :limit hops in all. The answer ends where the first stream was cut, so that a cut
-- never hides a kind that is more urgent than one that is shown.
-- Tenants that may not start anything now are walked over (a hop more for each) and not shown.
-- takes: flows text, first text, shut text, limit bigint
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
kind (priority, lap, tenant, flow, hops) AS (
  SELECT priority, 0, (SELECT min(w.tenant) FROM work AS w
                       WHERE w.state = 'ready' AND w.behind = 0 AND w.flow = level.flow
                         AND w.priority = level.priority AND w.tenant >= :first),
         flow, 4 + jsonb_array_length(:shut::jsonb) + :limit / count(*) OVER ()
  FROM level WHERE priority IS NOT NULL
  UNION ALL
  SELECT priority, CASE WHEN lap = 0 AND tenant IS NOT NULL THEN 0 ELSE 1 END,
         (SELECT min(w.tenant) FROM work AS w
          WHERE w.state = 'ready' AND w.behind = 0 AND w.flow = kind.flow
            AND w.priority = kind.priority AND w.tenant > coalesce(kind.tenant, '')),
         flow, hops - 1
  FROM kind WHERE hops > 1 AND (lap = 0 OR tenant < :first)),
cut (priority, lap, tenant) AS MATERIALIZED (
  SELECT priority, CASE WHEN tenant IS NULL THEN 1 ELSE lap END, coalesce(tenant, '')
  FROM kind WHERE hops = 1 AND (lap = 0 OR tenant < :first)
  ORDER BY 1, 2, 3 LIMIT 1),
shown AS (
  SELECT priority, lap, tenant, flow FROM kind AS k
  WHERE tenant IS NOT NULL AND (lap = 0 OR tenant < :first)
    AND (:shut = '[]'
         OR NOT EXISTS (SELECT 1 FROM jsonb_array_elements_text(:shut::jsonb) AS s (name)
                        WHERE s.name = k.tenant))
    AND NOT EXISTS (SELECT 1 FROM cut AS c
                    WHERE (k.priority, k.lap, k.tenant) > (c.priority, c.lap, c.tenant))
  ORDER BY priority, lap, tenant, flow LIMIT :limit)
SELECT coalesce(json_agg(json_build_array(priority, tenant, flow)
                         ORDER BY priority, lap, tenant, flow), '[]')::text,
       count(*) = :limit OR EXISTS (SELECT 1 FROM cut)
FROM shown
