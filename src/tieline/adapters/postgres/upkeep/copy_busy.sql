-- Connections of hubs to this database; and the last heartbeat of a worker that did not stop by
-- itself and is not silent for longer than it allows: its age, its limit, and who that is.
WITH beats AS (
  SELECT (extract(epoch FROM clock_timestamp()) - beat_us / 1e6)::bigint AS age,
         (silent_us / 1000000)::bigint AS silent, about
  FROM worker WHERE stopped_us IS NULL)
SELECT (SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'tieline'
          AND pid <> pg_backend_pid()),
       last.age, last.silent, last.about
FROM (VALUES (1)) AS always
LEFT JOIN LATERAL (
  SELECT * FROM beats WHERE age BETWEEN -silent AND silent ORDER BY silent - age DESC LIMIT 1
) AS last ON true
