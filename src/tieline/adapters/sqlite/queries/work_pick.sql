-- The longest stored ready runs of each share, hop by hop over the index: as many hops as runs.
WITH RECURSIVE
share (priority, tenant, flow, count) AS (VALUES {rows}),
picked (priority, tenant, flow, seq, places) AS (
  SELECT priority, tenant, flow, (SELECT min(w.seq) FROM work AS w
                                  WHERE w.state = 'ready' AND w.behind = 0 AND w.flow = share.flow
                                    AND w.priority = share.priority AND w.tenant = share.tenant),
         count
  FROM share
  UNION ALL
  SELECT priority, tenant, flow, (SELECT min(w.seq) FROM work AS w
                                  WHERE w.state = 'ready' AND w.behind = 0 AND w.flow = picked.flow
                                    AND w.priority = picked.priority AND w.tenant = picked.tenant
                                    AND w.seq > picked.seq),
         places - 1
  FROM picked WHERE places > 1 AND seq IS NOT NULL)
SELECT json_group_array(json_array(w.tenant, w.run_id, picked.places, w.lost))
FROM picked CROSS JOIN work AS w ON w.seq = picked.seq
