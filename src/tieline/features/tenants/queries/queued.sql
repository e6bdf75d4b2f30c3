-- How many runs of each tenant wait, up to the largest queue that anybody may have; the tenants by a
-- loose walk over their index.
-- takes: look bigint
WITH RECURSIVE named (tenant) AS (
  SELECT (SELECT min(w.tenant) FROM work AS w WHERE w.tenant <> '-' AND w.tenant > '-')
  UNION ALL
  SELECT (SELECT min(w.tenant) FROM work AS w WHERE w.tenant <> '-' AND w.tenant > named.tenant)
  FROM named WHERE tenant IS NOT NULL)
SELECT tenant,
       (SELECT count(*) FROM (SELECT 1 FROM work AS w
                              WHERE w.tenant = named.tenant AND w.tenant <> '-'
                                AND w.state = 'ready' LIMIT :look) AS counted)
       + (SELECT count(*) FROM (SELECT 1 FROM work AS w
                                WHERE w.tenant = named.tenant AND w.tenant <> '-'
                                  AND w.state IN ('retrying', 'waiting') LIMIT :look) AS counted)
FROM named WHERE tenant IS NOT NULL
