-- Processes that beat and do not say that they know this migration. Asked of a row as a whole, since
-- the table of an older release has fewer columns.
-- takes: known bigint
SELECT DISTINCT coalesce(nullif(w.about, ''), w.id)
FROM worker AS w
CROSS JOIN LATERAL (SELECT to_jsonb(w) AS said) AS row
WHERE coalesce((said ->> 'knows')::bigint, 0) < :known
  AND said ->> 'stopped_us' IS NULL
  AND w.beat_us > (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
                  - coalesce((said ->> 'silent_us')::bigint, 30000000)
ORDER BY 1
