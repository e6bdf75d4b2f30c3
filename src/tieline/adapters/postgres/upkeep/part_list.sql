-- The parts of tables, and where each ends; those for what fits nowhere have no end.
SELECT t.relname::text, p.relname::text,
       substring(pg_get_expr(p.relpartbound, p.oid) FROM 'TO \(''([^'']*)''\)')
FROM pg_inherits AS i
JOIN pg_class AS t ON t.oid = i.inhparent AND t.relkind = 'p'
JOIN pg_class AS p ON p.oid = i.inhrelid
JOIN pg_namespace AS n ON n.oid = t.relnamespace
WHERE n.nspname = current_schema() AND p.relname !~ '_default$'
ORDER BY 1, 2
