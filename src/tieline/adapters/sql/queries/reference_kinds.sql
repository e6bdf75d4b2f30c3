-- The kinds of names that have a key; a loose walk: the cost grows with kinds, not with names.
-- takes: key text
WITH RECURSIVE each (kind) AS (
  SELECT min(kind) FROM reference
  UNION ALL
  SELECT (SELECT min(f.kind) FROM reference AS f WHERE f.kind > each.kind)
  FROM each WHERE each.kind IS NOT NULL
)
SELECT kind FROM each
WHERE kind IS NOT NULL
  AND EXISTS (SELECT 1 FROM reference AS f WHERE f.kind = each.kind AND f.key = :key)
LIMIT 100
