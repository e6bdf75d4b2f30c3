-- Names whose key begins so; loose walks: the cost grows with kinds and with what is found.
-- takes: low text, high text, limit bigint
WITH RECURSIVE each (kind) AS (
  SELECT min(kind) FROM reference
  UNION ALL
  SELECT (SELECT min(f.kind) FROM reference AS f WHERE f.kind > each.kind)
  FROM each WHERE each.kind IS NOT NULL
),
found (kind, key) AS (
  SELECT each.kind, (SELECT min(f.key) FROM reference AS f
                     WHERE f.kind = each.kind AND f.key >= :low AND f.key < :high)
  FROM each WHERE each.kind IS NOT NULL
  UNION ALL
  SELECT found.kind, (SELECT min(f.key) FROM reference AS f
                      WHERE f.kind = found.kind AND f.key > found.key AND f.key < :high)
  FROM found WHERE found.key IS NOT NULL
)
SELECT kind, key FROM found WHERE key IS NOT NULL LIMIT :limit
