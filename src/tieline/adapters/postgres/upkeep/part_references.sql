-- Forget some of the business names of events in a range of ids, tenant by tenant.
-- takes: first text, end text, limit bigint
WITH RECURSIVE named (tenant) AS (
  SELECT min(tenant) FROM reference
  UNION ALL
  SELECT (SELECT min(f.tenant) FROM reference AS f WHERE f.tenant > named.tenant)
  FROM named WHERE named.tenant IS NOT NULL
), bite AS MATERIALIZED (
  SELECT f.ctid
  FROM named CROSS JOIN LATERAL (
    SELECT ctid FROM reference
    WHERE reference.tenant = named.tenant AND event_id >= :first AND event_id < :end
    ORDER BY event_id LIMIT :limit) AS f
  LIMIT :limit)
DELETE FROM reference USING bite WHERE reference.ctid = bite.ctid
