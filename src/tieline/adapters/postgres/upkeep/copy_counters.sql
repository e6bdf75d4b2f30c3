-- The columns that the server numbers by itself.
SELECT t.relname::text, a.attname::text
FROM pg_class AS t
JOIN pg_namespace AS n ON n.oid = t.relnamespace
JOIN pg_attribute AS a ON a.attrelid = t.oid
WHERE n.nspname = current_schema() AND t.relkind IN ('r', 'p') AND NOT t.relispartition
  AND a.attidentity <> '' AND NOT a.attisdropped
ORDER BY 1, 2
