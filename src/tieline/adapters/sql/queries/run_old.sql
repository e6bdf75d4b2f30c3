-- How many of the next runs are old, and the last of them; a younger one ends the count.
-- takes: after text, limit bigint, before_us bigint
WITH next AS MATERIALIZED (
  SELECT id, created_us FROM run WHERE id > :after ORDER BY id LIMIT :limit),
young (id) AS (SELECT min(id) FROM next WHERE created_us >= :before_us)
SELECT count(*), max(next.id) FROM next CROSS JOIN young
WHERE young.id IS NULL OR next.id < young.id
