-- Every table with all its parts: about how many rows, dead ones, bytes with indexes, the latest
-- vacuum; of a table in parts how many there are, the last one, and what none of them would take.
SELECT t.relname::text, sum(greatest(p.reltuples, 0))::bigint,
       sum(pg_total_relation_size(p.oid))::bigint, coalesce(sum(s.n_dead_tup), 0)::bigint,
       (extract(epoch FROM max(greatest(s.last_vacuum, s.last_autovacuum))) * 1e6)::bigint,
       count(*) FILTER (WHERE p.relispartition AND p.relname !~ '_default$'),
       max(p.relname) FILTER (WHERE p.relispartition AND p.relname ~ '_[0-9]{8}$')::text,
       coalesce(sum(CASE WHEN p.reltuples >= 0 THEN p.reltuples ELSE s.n_live_tup END)
                FILTER (WHERE p.relispartition AND p.relname ~ '_default$'), 0)::bigint
FROM pg_class AS t
JOIN pg_namespace AS n ON n.oid = t.relnamespace
CROSS JOIN LATERAL (
  SELECT * FROM pg_class AS own WHERE own.oid = t.oid AND own.relkind = 'r'
  UNION ALL
  SELECT part.* FROM pg_inherits AS i JOIN pg_class AS part ON part.oid = i.inhrelid
  WHERE i.inhparent = t.oid) AS p
LEFT JOIN pg_stat_user_tables AS s ON s.relid = p.oid
WHERE n.nspname = current_schema() AND t.relkind IN ('r', 'p') AND NOT t.relispartition
GROUP BY t.relname ORDER BY t.relname
