-- The counts of every name of a kind, by a loose walk over the key: names are few.
-- takes: kind text, limit bigint, base_us bigint, start_us bigint, until_us bigint
WITH RECURSIVE named (name) AS (
  SELECT min(name) FROM tally WHERE kind = :kind
  UNION ALL
  SELECT (SELECT min(t.name) FROM tally AS t WHERE t.kind = :kind AND t.name > named.name)
  FROM named WHERE named.name IS NOT NULL
), known AS MATERIALIZED (
  SELECT name FROM named WHERE name IS NOT NULL LIMIT :limit
)
SELECT t.name, t.word, CAST(sum(t.number) AS bigint), max(t.number)
FROM known CROSS JOIN tally AS t
WHERE t.kind = :kind AND t.name = known.name AND t.step_us = :base_us
  AND t.at_us >= :start_us AND t.at_us < :until_us
GROUP BY t.name, t.word
