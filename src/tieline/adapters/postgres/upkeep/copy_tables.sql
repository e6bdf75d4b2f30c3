-- The tables of the store, with the columns that are not computed, their types, and the key.
SELECT t.relname::text, c.names, c.types, k.names
FROM pg_class AS t
JOIN pg_namespace AS n ON n.oid = t.relnamespace
CROSS JOIN LATERAL (
  SELECT array_agg(a.attname::text ORDER BY a.attname) AS names,
         array_agg(format_type(a.atttypid, NULL) ORDER BY a.attname) AS types
  FROM pg_attribute AS a
  WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
) AS c
CROSS JOIN LATERAL (
  SELECT array_agg(a.attname::text ORDER BY place.nth) AS names
  FROM pg_index AS i
  CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS place (attnum, nth)
  JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = place.attnum
  WHERE i.indrelid = t.oid AND i.indisprimary
) AS k
WHERE n.nspname = current_schema() AND t.relkind IN ('r', 'p') AND NOT t.relispartition
ORDER BY 1
