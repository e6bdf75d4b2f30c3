-- How many of the next rows are old, and the last of them; a younger one ends the count.
-- takes: after bigint, limit bigint, before_us bigint
WITH next AS MATERIALIZED (
  SELECT seq, recorded_us FROM event WHERE seq > :after ORDER BY seq LIMIT :limit),
young (seq) AS (SELECT min(seq) FROM next WHERE recorded_us >= :before_us)
SELECT count(*), max(next.seq) FROM next CROSS JOIN young
WHERE young.seq IS NULL OR next.seq < young.seq
