-- The longest stored ready runs of each share; those that another worker is taking are passed over.
-- rows: priority bigint, tenant text, flow text, places bigint, nth ordinality
WITH picked AS MATERIALIZED (
  SELECT given.nth, given.tenant, given.places, w.seq, w.run_id, w.lost
  FROM {rows} CROSS JOIN LATERAL (
    SELECT work.seq, work.run_id, work.lost FROM work
    WHERE work.state = 'ready' AND work.behind = 0 AND work.flow = given.flow
      AND work.priority = given.priority AND work.tenant = given.tenant
    ORDER BY work.seq LIMIT given.places FOR UPDATE SKIP LOCKED) AS w
)
SELECT coalesce(json_agg(json_build_array(tenant, run_id, places - place + 1, lost)
                         ORDER BY nth, seq),
                '[]')::text
FROM (SELECT *, row_number() OVER (PARTITION BY nth ORDER BY seq) AS place FROM picked) AS counted
