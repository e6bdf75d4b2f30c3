-- The version of the server, the size of the database, a server process that a hub has there, and
-- for how many seconds the oldest open transaction has kept what others delete.
SELECT current_setting('server_version'), pg_database_size(current_database()),
       (SELECT min(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'tieline'),
       (SELECT extract(epoch FROM clock_timestamp() - min(xact_start))::double precision
        FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
          AND (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL))
