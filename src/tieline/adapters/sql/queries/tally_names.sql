-- Whatever of a kind was counted, by a loose walk over the key.
-- takes: kind text, limit bigint
WITH RECURSIVE named (name) AS (
  SELECT min(name) FROM tally WHERE kind = :kind
  UNION ALL
  SELECT (SELECT min(t.name) FROM tally AS t WHERE t.kind = :kind AND t.name > named.name)
  FROM named WHERE named.name IS NOT NULL
), known AS MATERIALIZED (
  SELECT name FROM named WHERE name IS NOT NULL LIMIT :limit
)
SELECT name FROM known
