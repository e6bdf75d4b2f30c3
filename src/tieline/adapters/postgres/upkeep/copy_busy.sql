-- Connections of hubs to this database, and the age in seconds of a heartbeat that is no older than
-- a worker may be silent.
SELECT (SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'tieline'
          AND pid <> pg_backend_pid()),
       (SELECT min(age) FROM (
          SELECT (extract(epoch FROM clock_timestamp()) - beat_us / 1e6)::bigint AS age
          FROM worker) AS beats WHERE age BETWEEN -30 AND 30)
